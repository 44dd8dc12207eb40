package chatd.daemon.session;

import chatd.daemon.model.account.Account;
import chatd.protocol.event.Event;
import chatd.protocol.event.UserEvent;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/**
 * Who is online: log in, leave, rename, and the roster. Every presence change and every roster is made and queued in the
 * outboxes under one lock, the presence lock, so that a roster and the changes after it form one order, in which none is
 * missing or sent twice (rule 1 of {@code chat-1.md}). Thread-safe; methods do not block for long.
 */
public final class Presence {
    /** Maximum concurrent sessions of one account. */
    private static final int MAX_SESSIONS = 8;

    private final ReentrantLock presenceLock;
    private final OnlineAccounts online;
    private final GroupAudiences audiences;
    private final Fanout fanout;
    private final LongFunction<? extends Collection<Long>> groupsOf;

    private volatile LongConsumer departureListener = _ -> {};

    @GuardedBy("presenceLock")
    private final AccountRoster accountRoster = new AccountRoster();

    /**
     * @param names the existing accounts' names, by number
     * @param groupsOf returns the groups that an account is in; called with the presence lock held
     */
    Presence(
            ReentrantLock presenceLock,
            OnlineAccounts online,
            GroupAudiences audiences,
            Fanout fanout,
            SortedMap<Long, String> names,
            LongFunction<? extends Collection<Long>> groupsOf) {
        this.presenceLock = presenceLock;
        this.online = online;
        this.audiences = audiences;
        this.fanout = fanout;
        this.groupsOf = groupsOf;
        names.forEach((account, name) -> accountRoster.show(account, name, false));
    }

    /**
     * Logs a session in, displacing any other of its account on the same device (rule 4 of {@code chat-1.md};
     * {@code chat-json-1.md}, type 1), or the one idle longest if the account has too many. Other users are notified at
     * the next {@link Fanout#flush}.
     *
     * @param greeting makes the answer to the login
     * @return empty if the session has ended
     */
    public Optional<LoggedIn> logIn(Session session, Arrival arrival, Greeter greeting) {
        long account = arrival.account();
        String name = arrival.name();
        presenceLock.lock();
        try {
            if (session.hasEnded()) {
                return Optional.empty();
            }
            boolean wasOnline = isOnline(account);
            session.loggedIn(arrival);
            List<Session> others = sessionsOf(account);
            List<Session> displaced = new ArrayList<>(others.stream()
                    .filter(other -> arrival.alone() || session.isOnDeviceOf(other))
                    .toList());
            if (displaced.isEmpty() && others.size() >= MAX_SESSIONS) {
                displaced.add(Collections.max(others, Comparator.comparingLong(Session::idle)));
            }
            List<Session> stay = new ArrayList<>(others);
            stay.removeAll(displaced);
            stay.add(session);
            online.put(account, stay);
            for (long group : groupsOf.apply(account)) {
                audiences.add(group, account);
            }
            boolean isOnline = isOnline(account);
            accountRoster.show(account, name, isOnline);
            SessionOutput.Answer answer =
                    session.output().beginAnswer(greeting.greet(!displaced.isEmpty(), accountRoster));
            for (Session other : displaced) {
                other.leave();
                if (arrival.resumes() && session.isOnDeviceOf(other)) {
                    other.finish("resumed");
                } else {
                    other.endOnPurpose();
                    other.answer(new UserEvent.WentOffline(account, name));
                    other.finish("displaced");
                }
            }
            if (isOnline && !wasOnline) {
                announceOnline(arrival);
            } else if (wasOnline && !isOnline) {
                departureListener.accept(account);
                fanout.enqueueOthers(new UserEvent.WentOffline(account, name), account, other -> true);
            }
            return Optional.of(new LoggedIn(displaced, answer, fanout.deliveredTo()));
        } finally {
            presenceLock.unlock();
        }
    }

    /**
     * A session that was logged in.
     *
     * @param displaced the sessions that it displaced, which are being closed
     * @param answer the answer that the greeting began: must be closed; what comes later is sent after it
     * @param deliveredTo the session is sent all messages above this number
     */
    public record LoggedIn(List<Session> displaced, SessionOutput.Answer answer, long deliveredTo) {}

    /** Makes the answer to a login. Called with the presence lock held; the roster is valid only under it. */
    public interface Greeter {
        Event greet(boolean displaced, AccountRoster accountRoster);
    }

    /**
     * Takes a session offline that has ended or is logging out; notifies the other users if it was its account's last.
     */
    public void leave(Session session) {
        presenceLock.lock();
        try {
            String name = session.name();
            if (name != null) {
                takeOffline(session, session.account(), name);
            }
        } finally {
            presenceLock.unlock();
        }
    }

    @GuardedBy("presenceLock")
    private void takeOffline(Session session, long account, String name) {
        if (!session.leave()) {
            return;
        }
        boolean wasOnline = isOnline(account);
        List<Session> stay =
                sessionsOf(account).stream().filter(other -> other != session).toList();
        online.put(account, stay);
        if (stay.isEmpty()) {
            for (long group : groupsOf.apply(account)) {
                audiences.remove(group, account);
            }
        }
        if (wasOnline && !isOnline(account)) {
            departureListener.accept(account);
            accountRoster.show(account, name, false);
            fanout.enqueueOthers(new UserEvent.WentOffline(account, name), account, other -> true);
            fanout.flush();
        }
    }

    /** Starts delivering a group's messages to the sessions of its new members. */
    public void joinedGroup(long group, Collection<Long> accounts) {
        presenceLock.lock();
        try {
            for (long account : accounts) {
                if (online.has(account)) {
                    audiences.add(group, account);
                }
            }
        } finally {
            presenceLock.unlock();
        }
    }

    /** Stops delivering a group's messages to the sessions of an account. */
    public void leftGroup(long group, long account) {
        presenceLock.lock();
        try {
            audiences.remove(group, account);
        } finally {
            presenceLock.unlock();
        }
    }

    /** Tells the friends of a user, and all others, that the user came online. */
    @GuardedBy("presenceLock")
    private void announceOnline(Arrival arrival) {
        long account = arrival.account();
        Set<Long> friends = new HashSet<>(arrival.friends());
        fanout.enqueueOthers(
                new UserEvent.CameOnline(account, arrival.name(), false), account, other -> !friends.contains(other));
        if (!friends.isEmpty()) {
            fanout.enqueueOthers(new UserEvent.CameOnline(account, arrival.name(), true), account, friends::contains);
        }
    }

    /**
     * Adds new accounts to the roster as offline, and announces them to everyone online.
     *
     * @param taking called for each account before it is announced, with the presence lock held
     */
    public void announce(List<Account> made, Consumer<Account> taking) {
        presenceLock.lock();
        try {
            for (Account account : made) {
                taking.accept(account);
                accountRoster.show(account.number(), account.name(), false);
                fanout.enqueueAll(new UserEvent.Joined(account.number(), account.name()), null);
            }
            fanout.flush();
        } finally {
            presenceLock.unlock();
        }
    }

    /**
     * Renames an account and notifies everyone online, including itself. Its own sessions continue.
     *
     * @param notice the notice sent to its own sessions first
     * @param by the id of the session that did it, which is not notified; empty for none
     */
    public void rename(long account, String name, String notice, String by) {
        presenceLock.lock();
        try {
            List<Session> own = sessionsOf(account);
            String was = accountRoster.nameOf(account);
            boolean isOnline = isOnline(account);
            accountRoster.show(account, name, isOnline);
            Session source = null;
            for (Session session : own) {
                session.renamed(name);
                if (session.id().equals(by)) {
                    source = session;
                } else {
                    session.answer(fanout.notice(notice));
                }
            }
            fanout.enqueueAll(new UserEvent.Renamed(account, was, name, isOnline), source);
            fanout.flush();
        } finally {
            presenceLock.unlock();
        }
    }

    /**
     * Ends the sessions of a deleted account, as {@link #end(long, String, String, String)}, and removes it from the
     * roster.
     */
    public void remove(long account, String farewell, String why) {
        presenceLock.lock();
        try {
            end(account, "", farewell, why);
            accountRoster.remove(account);
        } finally {
            presenceLock.unlock();
        }
    }

    /**
     * Ends the sessions of an account: sends each the reason, then its own name as going offline (rule 4).
     *
     * @param except the id of a session to keep; empty for none
     * @param farewell the notice that the sessions are sent
     * @param why the reason recorded in the log
     */
    public void end(long account, String except, String farewell, String why) {
        presenceLock.lock();
        try {
            for (Session session : sessionsOf(account)) {
                if (!session.id().equals(except)) {
                    end(session, farewell, why);
                }
            }
        } finally {
            presenceLock.unlock();
        }
    }

    /** As {@link #end(long, String, String, String)}, for this session only; does nothing if it has already ended. */
    public void end(Session session, String farewell, String why) {
        presenceLock.lock();
        try {
            String name = session.name();
            if (name != null && sessionsOf(session.account()).contains(session)) {
                session.endOnPurpose();
                session.answer(fanout.notice(farewell));
                session.answer(new UserEvent.WentOffline(session.account(), name));
                session.finish(why);
                takeOffline(session, session.account(), name);
            }
        } finally {
            presenceLock.unlock();
        }
    }

    /**
     * Sets what is called with each account that has gone offline, before others are told; it must not block. Called with
     * the presence lock held.
     */
    public void onDeparture(LongConsumer listener) {
        departureListener = listener;
    }

    /** Returns whether an account has a session that is not quiet. */
    public boolean isOnline(long account) {
        return online.isVisible(account);
    }

    /** Returns the sessions of an account. */
    public List<Session> sessionsOf(long account) {
        return online.of(account);
    }

    /** Returns the sessions that are logged in. */
    public List<Session> online() {
        return online.all();
    }

    /** Returns the number of users online, each counted once however many devices it uses. */
    public int onlineCount() {
        return online.countVisible();
    }
}
