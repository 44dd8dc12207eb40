package chatd.daemon.session;

import chatd.daemon.store.ledger.Committed;
import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongPredicate;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Queues events in the outboxes of sessions, and flushes them: an event is encoded once for all who
 * see it alike, and a session is written to once per batch. Everything is queued under the presence
 * lock, so that all sessions are sent it in one order. Any thread; methods do not block for long.
 */
public final class Fanout {
    private final ReentrantLock presenceLock;
    private final OnlineAccounts online;
    private final GroupAudiences audiences;
    private final Clock clock;

    @GuardedBy("presenceLock")
    private long deliveredTo;

    /**
     * Sessions with frames enqueued since the last flush. Guarded by the presence lock, also in lambdas, which the compiler
     * does not see.
     */
    private final List<Session> dirty = new ArrayList<>();

    /** Whether a batch of the journal is being applied. */
    @GuardedBy("presenceLock")
    private boolean isApplying;

    /** @param deliveredTo the last message number of the previous run */
    Fanout(ReentrantLock presenceLock, OnlineAccounts online, GroupAudiences audiences, long deliveredTo, Clock clock) {
        this.presenceLock = presenceLock;
        this.online = online;
        this.audiences = audiences;
        this.deliveredTo = deliveredTo;
        this.clock = clock;
    }

    /**
     * Sends an event to an account's sessions.
     *
     * @param by the id of the session that caused it, which is not told; empty for none
     */
    public void tell(long account, String by, Event event) {
        presenceLock.lock();
        try (Delivery delivery = new Delivery(event, false)) {
            online.of(account).stream()
                    .filter(session -> !session.id().equals(by))
                    .forEach(session -> enqueue(session, delivery));
            flush();
        } finally {
            presenceLock.unlock();
        }
    }

    /** Sends an event to one session; nothing if it has ended. */
    public void tell(Session session, Event event) {
        presenceLock.lock();
        try (Delivery delivery = new Delivery(event, false)) {
            enqueue(session, delivery);
            flush();
        } finally {
            presenceLock.unlock();
        }
    }

    /**
     * Sends an event to the sessions of a group's members, except those of one account, unless more than so many members
     * are online.
     */
    public void tellGroup(long group, long account, int limit, Event event) {
        presenceLock.lock();
        try (Delivery delivery = new Delivery(event, true)) {
            Collection<Long> members = audiences.of(group);
            if (members.size() <= limit) {
                members.stream()
                        .filter(member -> member != account)
                        .flatMap(member -> online.of(member).stream())
                        .forEach(session -> enqueue(session, delivery));
                flush();
            }
        } finally {
            presenceLock.unlock();
        }
    }

    /** Queues an event for those online to whom it applies, except an account itself. Called with the presence lock held. */
    void enqueueOthers(Event event, long account, LongPredicate whom) {
        try (Delivery delivery = new Delivery(event, true)) {
            online.forEach((other, sessions) -> {
                if (other != account && whom.test(other)) {
                    sessions.forEach(session -> enqueue(session, delivery));
                }
            });
        }
    }

    /**
     * Queues an event for everyone online; sent at the next {@link #flush}, so that many become one write each. Called with
     * the presence lock held.
     */
    void enqueueAll(Event presence, @Nullable Session except) {
        try (Delivery delivery = new Delivery(presence, true)) {
            online.forEach((_, sessions) -> {
                for (Session session : sessions) {
                    if (session != except) {
                        enqueue(session, delivery);
                    }
                }
            });
        }
    }

    /**
     * Queues a committed entry for the sessions of those who get it.
     *
     * <p>Called in the order of the numbers. What is queued is sent at the next {@link #flush}.
     *
     * @param committed proof that the entry was committed
     */
    public void deliver(Committed<?> committed, Copies copies, MessageEvent.Message event) {
        List<Long> accounts = copies.accounts();
        presenceLock.lock();
        try (Delivery delivery = new Delivery(event, accounts == null)) {
            deliveredTo = copies.number();
            if (accounts == null && copies.group() != 0) {
                audiences.of(copies.group()).stream()
                        .filter(account -> copies.whom().test(account))
                        .forEach(account -> enqueue(online.of(account), delivery, copies));
            } else if (accounts == null) {
                online.forEach((account, sessions) -> {
                    if (copies.whom().test(account)) {
                        enqueue(sessions, delivery, copies);
                    }
                });
            } else {
                accounts.forEach(account -> enqueue(online.of(account), delivery, copies));
            }
        } finally {
            presenceLock.unlock();
        }
    }

    /** Takes note of a committed entry of which nobody is told. Called in the order of the numbers, as {@link #deliver}. */
    public void pass(Committed<?> committed) {
        presenceLock.lock();
        try {
            deliveredTo = committed.entry().position();
        } finally {
            presenceLock.unlock();
        }
    }

    private void enqueue(List<Session> sessions, Delivery delivery, Copies copies) {
        for (Session session : sessions) {
            if (!copies.isOwn(session)) {
                enqueue(session, delivery);
            }
        }
    }

    private void enqueue(Session session, Delivery delivery) {
        assert presenceLock.isHeldByCurrentThread();
        if (session.output().enqueue(delivery)) {
            dirty.add(session);
        }
    }

    /** Begins a batch: what is enqueued from now on is sent by {@link #batchApplied}. */
    public void batchBegins() {
        presenceLock.lock();
        try {
            isApplying = true;
        } finally {
            presenceLock.unlock();
        }
    }

    /** Sends everything enqueued in a batch, with one flush per session so that writes are few. */
    public void batchApplied() {
        presenceLock.lock();
        try {
            isApplying = false;
            flush();
        } finally {
            presenceLock.unlock();
        }
    }

    /** Sends everything enqueued since the last flush. */
    public void flush() {
        presenceLock.lock();
        try {
            dirty.forEach(each -> each.output().flush());
            dirty.clear();
        } finally {
            presenceLock.unlock();
        }
    }

    /** Sends what is queued for a session: with the batch that is being applied, or now. */
    void flush(Session session) {
        presenceLock.lock();
        try {
            if (!isApplying) {
                session.output().flush();
            } else if (session.output().markDirty()) {
                dirty.add(session);
            }
        } finally {
            presenceLock.unlock();
        }
    }

    /** Returns the number up to which all messages were delivered; higher ones will still reach their receivers. */
    public long deliveredTo() {
        presenceLock.lock();
        try {
            return deliveredTo;
        } finally {
            presenceLock.unlock();
        }
    }

    /**
     * Answers with what was delivered by now, so that a client that applies the answer, and then
     * what follows it, misses nothing and is up to date. Called on the session's own thread; blocks
     * as {@code making} does.
     *
     * @param making makes and sends the answer, with messages up to the given number; higher ones
     *     are sent after it
     */
    public void answer(Session session, ObjLongConsumer<SessionOutput.Answer> making) {
        SessionOutput.Answer begun;
        long upTo;
        presenceLock.lock();
        try {
            begun = session.output().beginAnswer();
            upTo = deliveredTo;
        } finally {
            presenceLock.unlock();
        }
        try (SessionOutput.Answer answer = begun) {
            making.accept(answer, upTo);
        }
    }

    /** Sends everyone online a notice that is not stored. */
    public void tellAll(String text) {
        tellAll(notice(text));
    }

    /** Sends everyone online an event. */
    public void tellAll(Event event) {
        presenceLock.lock();
        try {
            enqueueAll(event, null);
            flush();
        } finally {
            presenceLock.unlock();
        }
    }

    Event notice(String text) {
        return new SessionEvent.Notice(text, clock.instant());
    }
}
