package chatd.daemon.dispatch;

import chatd.daemon.session.Session;
import chatd.protocol.MalformedFrame;
import chatd.protocol.command.Command;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The commands of one session, in the order they came, one after the other: a text, which only goes into the journal,
 * at once where it came in; what may have to wait on a virtual thread that is there only while there is something to
 * do. Bounded: {@link #isFull} tells the carrier to stop reading. Put, violated, end and close are one thread's; the
 * rest is any thread's.
 */
public final class Inbox {
    private static final int COMMANDS = 64;
    private static final long BYTES = 256 << 10;

    /** Of all inboxes together: past it each takes one command at a time. */
    private static final long BYTES_OF_ALL = 32 << 20;

    /** What comes in its turn: a command, a violation in its place, or the end. */
    private sealed interface Step {}

    private record Do(Command command, Runnable done) implements Step {}

    private record Violated(MalformedFrame how) implements Step {}

    private record End() implements Step {}

    private record Waiting(Step step, int bytes) {}

    private final Session session;
    private final Dispatcher dispatcher;
    private final Runnable progressed;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
    private final Writes writes = new Writes();
    private long bytes;
    private boolean running;
    private boolean closed;

    /** @param progressed called, on any thread, when there is room again, and when all is done */
    public Inbox(Session session, Dispatcher dispatcher, Runnable progressed) {
        this.session = session;
        this.dispatcher = dispatcher;
        this.progressed = progressed;
    }

    /**
     * Hands a command over.
     *
     * @param size about how much memory it holds, in bytes
     * @param done run once, when it is done or was dropped
     */
    public void put(Command command, int size, Runnable done) {
        if (atOnce(command)) {
            done.run();
        } else if (!put(new Waiting(new Do(command, done), size))) {
            drop(new Do(command, done));
        }
    }

    /** Does it here and now, where nothing is waiting before it and it has to wait for nothing itself. */
    private boolean atOnce(Command command) {
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
            return dispatcher.handleAtOnce(session, command, writes);
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

    /** The peer broke the protocol: what came before is still done. */
    public void violated(MalformedFrame how) {
        put(new Waiting(new Violated(how), 0));
    }

    /** The peer will send nothing more: what came before is still done; after its close_notify TLS sends no answer. */
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
                take(next);
            } catch (RuntimeException | Error e) {
                // No memory, say. Whatever it is, the session comes to its end, or it would be online for ever.
                dispatcher.broken(session, e);
            }
        }
        progressed.run();
    }

    private void take(Step next) {
        switch (next) {
            case Do(Command command, Runnable done) -> {
                try {
                    dispatcher.handle(session, command, writes);
                } finally {
                    done.run();
                }
            }
            case Violated(MalformedFrame how) -> dispatcher.violated(session, how, writes);
            case End() -> dispatcher.ended(session, writes);
        }
    }

    /** What is next; null, and not running any more, where there is nothing. */
    private @Nullable Step next() {
        boolean roomAgain;
        Waiting next;
        boolean over;
        lock.lock();
        try {
            boolean full = isFullNow();
            next = queue.poll();
            if (next == null) {
                running = false;
            } else {
                count(-next.bytes());
            }
            roomAgain = full && !isFullNow();
            over = next == null && closed;
        } finally {
            lock.unlock();
        }
        if (roomAgain) {
            progressed.run();
        }
        if (over) {
            dispatcher.over(session);
        }
        return next == null ? null : next.step();
    }

    /** Whether nothing more should be read for now. */
    public boolean isFull() {
        lock.lock();
        try {
            return isFullNow();
        } finally {
            lock.unlock();
        }
    }

    private boolean isFullNow() {
        return queue.size() >= COMMANDS
                || bytes >= BYTES
                || (bytes > 0 && dispatcher.waiting().get() > BYTES_OF_ALL);
    }

    private void count(long more) {
        bytes += more;
        dispatcher.waiting().addAndGet(more);
    }

    /** Whether a command is waiting or being done. */
    public boolean isBusy() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    /** The connection is gone: drops what waits, and sees to it that the session is over once nothing is under way. */
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
