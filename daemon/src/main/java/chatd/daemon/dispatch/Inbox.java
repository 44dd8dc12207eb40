package chatd.daemon.dispatch;

import chatd.daemon.session.Session;
import chatd.protocol.MalformedFrame;
import chatd.protocol.command.Command;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The command queue of one session. Commands run one at a time in arrival order: a text, which only goes into the
 * journal, directly on the calling event loop; a command that may block, on a virtual thread that exists only while
 * there is work. Bounded: {@link #isFull} tells the connection to stop reading. {@code put}, {@code violated},
 * {@code end} and {@code close} are called by one thread; the other methods by any.
 */
public final class Inbox {
    private static final int MAX_COMMANDS = 64;
    private static final long MAX_BYTES = 256 << 10;

    /** Bytes queued in all inboxes together above which each inbox takes one command at a time. */
    private static final long MAX_TOTAL_BYTES = 32 << 20;

    /** An item of the queue: a command, a protocol violation, or the end of input. */
    private sealed interface Step {}

    private record Do(Command command, Runnable done) implements Step {}

    private record Violated(MalformedFrame how) implements Step {}

    private record End() implements Step {}

    private record Waiting(Step step, int bytes) {}

    private final Session session;
    private final Dispatcher dispatcher;
    private final Runnable progressed;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>();

    private final PendingWrites pending = new PendingWrites();

    @GuardedBy("lock")
    private long bytes;

    @GuardedBy("lock")
    private boolean running;

    @GuardedBy("lock")
    private boolean closed;

    /** @param progressed called on any thread when there is room again and when the queue is empty */
    public Inbox(Session session, Dispatcher dispatcher, Runnable progressed) {
        this.session = session;
        this.dispatcher = dispatcher;
        this.progressed = progressed;
    }

    /**
     * Enqueues a command, or runs it immediately if possible.
     *
     * @param size the approximate memory it holds, in bytes
     * @param done run once, when the command has completed, was submitted to the journal, or was dropped
     */
    public void put(Command command, int size, Runnable done) {
        if (runAtOnce(command)) {
            done.run();
        } else if (!put(new Waiting(new Do(command, done), size))) {
            drop(new Do(command, done));
        }
    }

    /**
     * Runs a command on the calling thread if nothing is queued before it and it need not wait; never blocks.
     *
     * @return whether it was run
     */
    private boolean runAtOnce(Command command) {
        lock.lock();
        try {
            if (running || closed) {
                return false;
            }
            running = true;
        } finally {
            lock.unlock();
        }
        try {
            return dispatcher.handleAtOnce(session, command, pending);
        } finally {
            lock.lock();
            try {
                running = false;
            } finally {
                lock.unlock();
            }
        }
    }

    private static void drop(Do step) {
        Dispatcher.drop(step.command());
        step.done().run();
    }

    /** Enqueues a protocol violation; earlier commands still run. */
    public void violated(MalformedFrame how) {
        put(new Waiting(new Violated(how), 0));
    }

    /**
     * Enqueues the end of the peer's input; earlier commands still run, but TLS sends no answers after the peer's
     * close_notify.
     */
    public void end() {
        put(new Waiting(new End(), 0));
    }

    private boolean put(Waiting waiting) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            queue.add(waiting);
            count(waiting.bytes());
            if (!running) {
                running = true;
                Thread.startVirtualThread(this::run);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        for (Step next = next(); next != null; next = next()) {
            try {
                execute(next);
            } catch (RuntimeException | Error e) {
                // Out of memory, for example. In any case end the session, or it would stay online for ever.
                dispatcher.broken(session, e);
            }
        }
        progressed.run();
    }

    private void execute(Step next) {
        switch (next) {
            case Do(Command command, Runnable done) -> {
                try {
                    dispatcher.handle(session, command, pending);
                } finally {
                    done.run();
                }
            }
            case Violated(MalformedFrame how) -> dispatcher.violated(session, how, pending);
            case End() -> dispatcher.ended(session, pending);
        }
    }

    /** Returns the next item; null, clearing {@code running}, if the queue is empty. */
    private @Nullable Step next() {
        boolean hasRoomAgain;
        Waiting next;
        boolean isDrained;
        lock.lock();
        try {
            boolean full = isFullNow();
            next = queue.poll();
            if (next == null) {
                running = false;
            } else {
                count(-next.bytes());
            }
            hasRoomAgain = full && !isFullNow();
            isDrained = next == null && closed;
        } finally {
            lock.unlock();
        }
        if (hasRoomAgain) {
            progressed.run();
        }
        if (isDrained) {
            dispatcher.cleanUp(session);
        }
        return next == null ? null : next.step();
    }

    /** Returns whether the connection should pause reading. */
    public boolean isFull() {
        lock.lock();
        try {
            return isFullNow();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private boolean isFullNow() {
        return queue.size() >= MAX_COMMANDS
                || bytes >= MAX_BYTES
                || (bytes > 0 && dispatcher.waiting().get() > MAX_TOTAL_BYTES);
    }

    @GuardedBy("lock")
    private void count(long more) {
        bytes += more;
        dispatcher.waiting().addAndGet(more);
    }

    /** Returns whether a command is queued or running. */
    public boolean isBusy() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    /** Drops all queued commands after the connection is gone; the session is cleaned up once the running one ends. */
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            queue.forEach(waiting -> {
                if (waiting.step() instanceof Do step) {
                    drop(step);
                }
            });
            queue.clear();
            count(-bytes);
            if (!running) {
                running = true;
                Thread.startVirtualThread(this::run);
            }
        } finally {
            lock.unlock();
        }
    }
}
