package chatd.daemon.session;

import chatd.daemon.store.Account;
import chatd.daemon.store.Committed;
import chatd.daemon.store.Entry;
import chatd.protocol.Event;
import chatd.protocol.Presence;
import chatd.protocol.Roster;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
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
    private final ReentrantLock order = new ReentrantLock();
    private final Map<Long, Session> online = new ConcurrentHashMap<>();
    private long deliveredTo;

    /** What was enqueued for them has not been sent yet. */
    private final List<Session> owed = new ArrayList<>();

    private volatile @Nullable String closing;
    private final Set<Session> all = ConcurrentHashMap.newKeySet();

    /** Of every account, in the order of {@link #accounts}; with the order of presence held. */
    private final Roster roster = new Roster();
    /** The numbers of the accounts, sorted. */
    private final List<Long> accounts = new ArrayList<>();

    /**
     * @param deliveredTo the last number of an earlier run
     * @param names of the accounts there are, by number
     */
    public Sessions(long deliveredTo, SortedMap<Long, String> names) {
        this.deliveredTo = deliveredTo;
        names.forEach((account, name) -> show(account, name, false));
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

    /** What a session is answered when it logs in, in this order. */
    public record Greeting(Event loggedIn, List<Event> then) {}

    /**
     * Makes a session its account's only one (rule 4). The others hear of it once {@link #flush} is called.
     *
     * @param greeting from whether another was displaced, and who is online
     * @return the session that was displaced, which is being closed, or null
     */
    public @Nullable Session logIn(Session session, long account, String name, Instant now, Greeter greeting) {
        order.lock();
        try {
            if (session.hasEnded()) {
                return null;
            }
            session.loggedIn(account, name, now);
            show(account, name, true);
            Greeting hello = greeting.greet(online.containsKey(account), roster);
            session.answer(hello.loggedIn());
            hello.then().forEach(session::answer);
            Session displaced = online.put(account, session);
            if (displaced != null) {
                displaced.leave();
                displaced.answer(new Event.WentOffline(name));
                displaced.finish("displaced");
            } else {
                tell(new Event.CameOnline(name), new Outbox.Change(name, true, false), session);
            }
            return displaced;
        } finally {
            order.unlock();
        }
    }

    /** Makes the greeting of a log in; called with the order of presence held, in which alone the roster holds. */
    public interface Greeter {
        Greeting greet(boolean displaced, Roster roster);
    }

    private void show(long account, String name, boolean isOnline) {
        Presence presence = new Presence(name, isOnline);
        int place = Collections.binarySearch(accounts, account);
        if (place >= 0) {
            roster.set(place, presence);
        } else {
            accounts.add(-place - 1, account);
            roster.add(-place - 1, presence);
        }
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
        if (session.leave() && online.remove(account, session)) {
            show(account, name, false);
            tell(new Event.WentOffline(name), new Outbox.Change(name, false, false), session);
            flush();
        }
    }

    /** Makes new accounts known, who are offline, to everyone online; {@code taking} runs in the order of presence. */
    public void announce(List<Account> made, Consumer<Account> taking) {
        order.lock();
        try {
            for (Account account : made) {
                taking.accept(account);
                show(account.number(), account.name(), false);
                tell(new Event.WentOffline(account.name()), new Outbox.Change(account.name(), false, true), null);
            }
            flush();
        } finally {
            order.unlock();
        }
    }

    /**
     * An account has another name: it goes under the old one and comes under the new, online or offline (rule 1). Its
     * own session goes on.
     *
     * @param told its own session
     */
    public void rename(long account, String name, Event told) {
        order.lock();
        try {
            Session own = online.get(account);
            String was = roster.get(Collections.binarySearch(accounts, account)).name();
            show(account, name, own != null);
            if (own != null) {
                own.renamed(name);
                own.answer(told);
                own.answer(new Event.CameOnline(name));
                tell(new Event.WentOffline(was), new Outbox.Change(was, false, false), own);
                tell(new Event.CameOnline(name), new Outbox.Change(name, true, true), own);
            } else {
                tell(new Event.WentOffline(name), new Outbox.Change(name, false, true), null);
            }
            flush();
        } finally {
            order.unlock();
        }
    }

    /** An account is no more: as {@link #end}, and no list has it again. */
    public void remove(long account, List<Event> farewell, String why) {
        order.lock();
        try {
            end(account, null, farewell, why);
            int place = Collections.binarySearch(accounts, account);
            accounts.remove(place);
            roster.remove(place);
        } finally {
            order.unlock();
        }
    }

    /** Sent at the next {@link #flush}: many who come together are one write to each who hears of it. */
    private void tell(Event presence, Outbox.Change change, @Nullable Session but) {
        try (Delivery delivery = new Delivery(presence, true)) {
            for (Session session : online.values()) {
                if (session != but) {
                    enqueue(session, delivery, 0, change);
                }
            }
        }
    }

    /**
     * Ends the session of an account, telling it why, its name last (rule 4).
     *
     * @param except a session to spare, or null
     * @return whether there was one
     */
    public boolean end(long account, @Nullable Session except, List<Event> farewell, String why) {
        order.lock();
        try {
            Session session = online.get(account);
            if (session == null || session == except) {
                return false;
            }
            String name = String.valueOf(session.name());
            farewell.forEach(session::answer);
            session.answer(new Event.WentOffline(name));
            session.finish(why);
            tellGone(session, account, name);
            return true;
        } finally {
            order.unlock();
        }
    }

    /** As {@link #end(long, Session, List, String)}, of this very session; nothing where it is over. */
    public void end(Session session, List<Event> farewell, String why) {
        order.lock();
        try {
            if (session.isLoggedIn() && online.get(session.account()) == session) {
                end(session.account(), null, farewell, why);
            }
        } finally {
            order.unlock();
        }
    }

    /**
     * Delivers a message that was committed: to the sessions of its receivers, or to all.
     *
     * <p>Called in the order of the numbers. They are on their way once {@link #flush} is called.
     */
    public void deliver(Committed<Entry.Message> committed, Event message) {
        long number = committed.entry().number();
        List<Long> receivers = committed.entry().receivers();
        order.lock();
        try (Delivery delivery = new Delivery(message, receivers == null)) {
            deliveredTo = number;
            if (receivers == null) {
                for (Session session : online.values()) {
                    enqueue(session, delivery, number, null);
                }
            } else {
                for (Long account : receivers) {
                    Session session = online.get(account);
                    if (session != null) {
                        enqueue(session, delivery, number, null);
                    }
                }
            }
        } finally {
            order.unlock();
        }
    }

    private void enqueue(Session session, Delivery delivery, long number, Outbox.@Nullable Change change) {
        if (session.enqueue(delivery, number, change)) {
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
    public void notice(Event event) {
        order.lock();
        try (Delivery delivery = new Delivery(event, true)) {
            for (Session session : online.values()) {
                enqueue(session, delivery, 0, null);
            }
            flush();
        } finally {
            order.unlock();
        }
    }

    public boolean isOnline(long account) {
        return online.containsKey(account);
    }

    /** The sessions that are logged in. */
    public Collection<Session> online() {
        return List.copyOf(online.values());
    }

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
