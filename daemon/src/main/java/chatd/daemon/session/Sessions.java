package chatd.daemon.session;

import chatd.daemon.model.Account;
import chatd.daemon.model.Message;
import chatd.daemon.store.Committed;
import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Document;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who is online. Every change of presence, and every list of who is there, is made under one lock and put in the
 * outboxes under it: so a list and the presence told after it are one order, in which no change is missing or told
 * twice (rule 1). Any thread; nothing here blocks for long.
 */
public final class Sessions {
    /** Sessions of one account at once. */
    private static final int MOST_DEVICES = 8;

    private final ReentrantLock order = new ReentrantLock();
    /** The sessions of each account that has any. The lists are never changed. */
    private final Map<Long, List<Session>> online = new ConcurrentHashMap<>();

    private long deliveredTo;

    /** What was enqueued for them has not been sent yet. */
    private final List<Session> owed = new ArrayList<>();

    private volatile @Nullable String closing;
    private final Set<Session> all = ConcurrentHashMap.newKeySet();

    /** With the order of presence held. */
    private final Everybody everybody = new Everybody();

    private final Clock clock;

    /**
     * @param deliveredTo the last number of an earlier run
     * @param names of the accounts there are, by number
     */
    public Sessions(long deliveredTo, SortedMap<Long, String> names, Clock clock) {
        this.clock = clock;
        this.deliveredTo = deliveredTo;
        names.forEach((account, name) -> everybody.show(account, name, false));
    }

    public void opened(Session session) {
        all.add(session);
        String why = closing;
        if (why != null) {
            session.finish(why);
        }
    }

    /** Every connection, logged in or not. */
    public Collection<Session> all() {
        return List.copyOf(all);
    }

    /**
     * Makes a session the only one of its account on its device (rule 4 of {@code chat-1.md}; {@code json.md},
     * "Sessions"). The others hear of it once {@link #flush} is called.
     *
     * @param device the client's own label; null for the one that all without labels are on
     * @param greeting from whether another was displaced, and who is online
     * @return the sessions that were displaced, which are being closed
     */
    public List<Session> logIn(
            Session session, long account, String name, @Nullable String device, Instant now, Greeter greeting) {
        order.lock();
        try {
            if (session.hasEnded()) {
                return List.of();
            }
            session.loggedIn(account, name, device, now);
            List<Session> others = online.getOrDefault(account, List.of());
            List<Session> displaced = new ArrayList<>(
                    others.stream().filter(session::isOnDeviceOf).toList());
            if (displaced.isEmpty() && others.size() >= MOST_DEVICES) {
                displaced.add(Collections.max(others, Comparator.comparingLong(Session::idle)));
            }
            everybody.show(account, name, true);
            session.answer(greeting.greet(!displaced.isEmpty(), everybody));
            List<Session> stay = new ArrayList<>(others);
            stay.removeAll(displaced);
            stay.add(session);
            online.put(account, List.copyOf(stay));
            for (Session other : displaced) {
                other.leave();
                other.answer(new UserEvent.WentOffline(account, name));
                other.finish("displaced");
            }
            if (others.isEmpty()) {
                tell(new UserEvent.CameOnline(account, name), session);
            }
            return displaced;
        } finally {
            order.unlock();
        }
    }

    /** Makes the answer to a log in; called with the order of presence held, in which alone it holds. */
    public interface Greeter {
        Event greet(boolean displaced, Everybody everybody);
    }

    /** Forgets a session whose connection is gone. */
    public void closed(Session session) {
        all.remove(session);
    }

    /** Takes a session that is over from who is online; the others are told. */
    public void leave(Session session) {
        order.lock();
        try {
            String name = session.name();
            if (name != null) {
                tellGone(session, session.account(), name);
            }
        } finally {
            order.unlock();
        }
    }

    private void tellGone(Session session, long account, String name) {
        if (!session.leave()) {
            return;
        }
        List<Session> stay = online.getOrDefault(account, List.of()).stream()
                .filter(other -> other != session)
                .toList();
        if (!stay.isEmpty()) {
            online.put(account, stay);
        } else if (online.remove(account) != null) {
            everybody.show(account, name, false);
            tell(new UserEvent.WentOffline(account, name), session);
            flush();
        }
    }

    /** Makes new accounts known, who are offline, to everyone online; {@code taking} runs in the order of presence. */
    public void announce(List<Account> made, Consumer<Account> taking) {
        order.lock();
        try {
            for (Account account : made) {
                taking.accept(account);
                everybody.show(account.number(), account.name(), false);
                tell(new UserEvent.Joined(account.number(), account.name()), null);
            }
            flush();
        } finally {
            order.unlock();
        }
    }

    /**
     * An account has another name: all are told, itself included. Its own sessions go on.
     *
     * @param told to its own sessions, before
     */
    public void rename(long account, String name, String told) {
        order.lock();
        try {
            List<Session> own = online.getOrDefault(account, List.of());
            String was = everybody.nameOf(account);
            everybody.show(account, name, !own.isEmpty());
            for (Session session : own) {
                session.renamed(name);
                session.answer(notice(told));
            }
            tell(new UserEvent.Renamed(account, was, name, !own.isEmpty()), null);
            flush();
        } finally {
            order.unlock();
        }
    }

    /** An account is no more: as {@link #end}, and no list has it again. */
    public void remove(long account, String farewell, String why) {
        order.lock();
        try {
            end(account, "", farewell, why);
            everybody.remove(account);
        } finally {
            order.unlock();
        }
    }

    /** Sent at the next {@link #flush}: many who come together are one write to each who hears of it. */
    private void tell(Event presence, @Nullable Session but) {
        try (Delivery delivery = new Delivery(presence, true)) {
            for (List<Session> sessions : online.values()) {
                for (Session session : sessions) {
                    if (session != but) {
                        enqueue(session, delivery, 0);
                    }
                }
            }
        }
    }

    /**
     * Ends the sessions of an account, telling them why, its name last (rule 4).
     *
     * @param except the id of a session to spare; empty for none
     */
    public void end(long account, String except, String farewell, String why) {
        order.lock();
        try {
            for (Session session : online.getOrDefault(account, List.of())) {
                if (!session.id().equals(except)) {
                    end(session, farewell, why);
                }
            }
        } finally {
            order.unlock();
        }
    }

    /** As {@link #end(long, String, String, String)}, of this very session; nothing where it is over. */
    public void end(Session session, String farewell, String why) {
        order.lock();
        try {
            String name = session.name();
            if (name != null
                    && online.getOrDefault(session.account(), List.of()).contains(session)) {
                session.answer(notice(farewell));
                session.answer(new UserEvent.WentOffline(session.account(), name));
                session.finish(why);
                tellGone(session, session.account(), name);
            }
        } finally {
            order.unlock();
        }
    }

    /** A user's settings were stored: the sessions are told, but for {@code by}, which has stored them. */
    public void settingsStored(long account, String by, Document settings) {
        order.lock();
        try (Delivery delivery = new Delivery(new UserEvent.Settings(settings), false)) {
            online.getOrDefault(account, List.of()).stream()
                    .filter(session -> !session.id().equals(by))
                    .forEach(session -> enqueue(session, delivery, 0));
            flush();
        } finally {
            order.unlock();
        }
    }

    /**
     * Delivers a message that was committed: to the sessions of its receivers, or to all; and to those of its sender,
     * but for the one that it came from.
     *
     * <p>Called in the order of the numbers. They are on their way once {@link #flush} is called.
     *
     * @param committed proves that the entry was
     */
    public void deliver(Committed<?> committed, Message entry, MessageEvent.Message event) {
        long number = entry.number();
        long sender = entry.sender();
        List<Long> receivers = entry.receivers();
        order.lock();
        try (Delivery delivery = new Delivery(event, receivers == null)) {
            deliveredTo = number;
            if (receivers == null) {
                for (List<Session> sessions : online.values()) {
                    for (Session session : sessions) {
                        enqueue(session, delivery, number);
                    }
                }
                return;
            }
            for (Long account : receivers) {
                for (Session session : online.getOrDefault(account, List.of())) {
                    enqueue(session, delivery, number);
                }
            }
            if (!receivers.contains(sender)) {
                for (Session session : online.getOrDefault(sender, List.of())) {
                    if (!session.id().equals(entry.session())) {
                        enqueue(session, delivery, number);
                    }
                }
            }
        } finally {
            order.unlock();
        }
    }

    private void enqueue(Session session, Delivery delivery, long number) {
        if (session.enqueue(delivery, number)) {
            owed.add(session);
        }
    }

    /** Sends what was enqueued since the last time: to each session at once, in as few writes as may be. */
    public void flush() {
        order.lock();
        try {
            owed.forEach(Session::flush);
            owed.clear();
        } finally {
            order.unlock();
        }
    }

    /** The number up to which everything was delivered: what is above it will still be, to whom it concerns. */
    public long deliveredTo() {
        order.lock();
        try {
            return deliveredTo;
        } finally {
            order.unlock();
        }
    }

    /** Tells everyone online something that is not stored. */
    public void tellAll(String text) {
        order.lock();
        try {
            tell(notice(text), null);
            flush();
        } finally {
            order.unlock();
        }
    }

    private Event notice(String text) {
        return new SessionEvent.Notice(text, clock.instant());
    }

    public boolean isOnline(long account) {
        return online.containsKey(account);
    }

    /** The sessions that are logged in. */
    public List<Session> online() {
        return online.values().stream().flatMap(List::stream).toList();
    }

    /** Users who are online, on however many devices. */
    public int onlineCount() {
        return online.size();
    }

    /** Ends every session in order, those that have not logged in too, and each that still comes. */
    public void finishAll(String why) {
        closing = why;
        for (Session session : new ArrayList<>(all)) {
            session.finish(why);
        }
    }
}
