package chatd.daemon.session;

import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.Amendment;
import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.entry.Message;
import chatd.daemon.store.ledger.Committed;
import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that are online. Every presence change and every roster is made and queued in the outboxes under one
 * lock, the presence lock, so that a roster and the changes after it form one order, in which none is missing or sent
 * twice (rule 1 of {@code chat-1.md}). Any thread; methods do not block for long.
 */
public final class Sessions {
    /** Maximum concurrent sessions of one account. */
    private static final int MOST_DEVICES = 8;

    private final ReentrantLock presenceLock = new ReentrantLock();
    /** The sessions of each account that is online. The lists are immutable. */
    private final Map<Long, List<Session>> online = new ConcurrentHashMap<>();

    @GuardedBy("presenceLock")
    private long deliveredTo;

    /**
     * Sessions with frames enqueued since the last flush. Guarded by the presence lock, also in lambdas, which the compiler
     * does not see.
     */
    private final List<Session> owed = new ArrayList<>();

    /** Whether a batch of the journal is being applied. */
    @GuardedBy("presenceLock")
    private boolean applying;

    private volatile @Nullable String closing;
    private final Set<Session> all = ConcurrentHashMap.newKeySet();

    @GuardedBy("presenceLock")
    private final AccountRoster accountRoster = new AccountRoster();

    /** The members of each group who have sessions. */
    @GuardedBy("presenceLock")
    private final Map<Long, Set<Long>> inGroups = new HashMap<>();

    private final LongFunction<? extends Collection<Long>> groupsOf;
    private final Clock clock;

    /**
     * @param deliveredTo the last message number of the previous run
     * @param names the existing accounts' names, by number
     * @param groupsOf returns the groups that an account is in; called with the presence lock held
     */
    public Sessions(
            long deliveredTo,
            SortedMap<Long, String> names,
            LongFunction<? extends Collection<Long>> groupsOf,
            Clock clock) {
        this.clock = clock;
        this.groupsOf = groupsOf;
        this.deliveredTo = deliveredTo;
        for (Map.Entry<Long, String> each : names.entrySet()) {
            accountRoster.show(each.getKey(), each.getValue(), false);
        }
    }

    public void opened(Session session) {
        session.opened(this);
        all.add(session);
        String why = closing;
        if (why != null) {
            session.finish(why);
        }
    }

    /** Returns every session, logged in or not. */
    public Collection<Session> all() {
        return List.copyOf(all);
    }

    /**
     * A user who logs in.
     *
     * @param device the client's own label; null for the device shared by all clients without labels
     * @param quiet whether this session alone does not make its user online
     * @param friends the numbers of its friends
     * @param resumes whether it goes on with a session: if that one is still connected, it is closed without a word
     * @param alone whether it displaces all others of its account
     */
    public record Arrival(
            long account,
            String name,
            @Nullable String device,
            boolean quiet,
            Instant time,
            List<Long> friends,
            boolean resumes,
            boolean alone) {}

    /**
     * Logs a session in, displacing any other of its account on the same device (rule 4 of {@code chat-1.md};
     * {@code chat-json-1.md}, type 1), or the one idle longest if the account has too many. Other users are notified at
     * the next {@link #flush}.
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
            List<Session> others = of(account);
            List<Session> displaced = new ArrayList<>(others.stream()
                    .filter(other -> arrival.alone() || session.isOnDeviceOf(other))
                    .toList());
            if (displaced.isEmpty() && others.size() >= MOST_DEVICES) {
                displaced.add(Collections.max(others, Comparator.comparingLong(Session::idle)));
            }
            List<Session> stay = new ArrayList<>(others);
            stay.removeAll(displaced);
            stay.add(session);
            online.put(account, List.copyOf(stay));
            for (long group : groupsOf.apply(account)) {
                present(group).add(account);
            }
            boolean isOnline = isOnline(account);
            accountRoster.show(account, name, isOnline);
            Session.Answer answer = session.beginAnswer(greeting.greet(!displaced.isEmpty(), accountRoster));
            for (Session other : displaced) {
                other.leave();
                if (arrival.resumes() && session.isOnDeviceOf(other)) {
                    other.finish("resumed");
                } else {
                    other.over();
                    other.answer(new UserEvent.WentOffline(account, name));
                    other.finish("displaced");
                }
            }
            if (isOnline && !wasOnline) {
                tellCame(arrival);
            } else if (wasOnline && !isOnline) {
                tellOthers(new UserEvent.WentOffline(account, name), account, other -> true);
            }
            return Optional.of(new LoggedIn(displaced, answer, deliveredTo));
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
    public record LoggedIn(List<Session> displaced, Session.Answer answer, long deliveredTo) {}

    /** Makes the answer to a login. Called with the presence lock held; the roster is valid only under it. */
    public interface Greeter {
        Event greet(boolean displaced, AccountRoster accountRoster);
    }

    /** Forgets a session whose connection is gone. */
    public void closed(Session session) {
        all.remove(session);
    }

    /**
     * Takes a session offline that has ended or is logging out; notifies the other users if it was its account's last.
     */
    public void leave(Session session) {
        presenceLock.lock();
        try {
            String name = session.name();
            if (name != null) {
                tellGone(session, session.account(), name);
            }
        } finally {
            presenceLock.unlock();
        }
    }

    @GuardedBy("presenceLock")
    private void tellGone(Session session, long account, String name) {
        if (!session.leave()) {
            return;
        }
        boolean wasOnline = isOnline(account);
        List<Session> stay =
                of(account).stream().filter(other -> other != session).toList();
        if (stay.isEmpty()) {
            online.remove(account);
            for (long group : groupsOf.apply(account)) {
                leftGroup(group, account);
            }
        } else {
            online.put(account, stay);
        }
        if (wasOnline && !isOnline(account)) {
            accountRoster.show(account, name, false);
            tellOthers(new UserEvent.WentOffline(account, name), account, other -> true);
            flush();
        }
    }

    @GuardedBy("presenceLock")
    private Set<Long> present(long group) {
        return inGroups.computeIfAbsent(group, same -> new HashSet<>());
    }

    /** Has the sessions of new members of a group get what it is sent. */
    public void joinedGroup(long group, Collection<Long> accounts) {
        presenceLock.lock();
        try {
            for (long account : accounts) {
                if (online.containsKey(account)) {
                    present(group).add(account);
                }
            }
        } finally {
            presenceLock.unlock();
        }
    }

    /** Has the sessions of an account get nothing more of what a group is sent. */
    public void leftGroup(long group, long account) {
        presenceLock.lock();
        try {
            inGroups.computeIfPresent(group, (same, accounts) -> {
                accounts.remove(account);
                return accounts.isEmpty() ? null : accounts;
            });
        } finally {
            presenceLock.unlock();
        }
    }

    /**
     * Sends an event to the sessions of a group's members, except those of one account, unless more than so many members
     * are online.
     */
    public void tellGroup(long group, long account, int most, Event event) {
        presenceLock.lock();
        try (Delivery delivery = new Delivery(event, true)) {
            Set<Long> members = inGroups.getOrDefault(group, Set.of());
            if (members.size() <= most) {
                members.stream()
                        .filter(member -> member != account)
                        .flatMap(member -> of(member).stream())
                        .forEach(session -> enqueue(session, delivery));
                flush();
            }
        } finally {
            presenceLock.unlock();
        }
    }

    /** Tells the friends of a user, and all others, that it came online. */
    @GuardedBy("presenceLock")
    private void tellCame(Arrival arrival) {
        long account = arrival.account();
        Set<Long> friends = new HashSet<>(arrival.friends());
        tellOthers(
                new UserEvent.CameOnline(account, arrival.name(), false), account, other -> !friends.contains(other));
        if (!friends.isEmpty()) {
            tellOthers(new UserEvent.CameOnline(account, arrival.name(), true), account, friends::contains);
        }
    }

    /** Queues an event for those online to whom it applies, as {@link #tell}, except an account itself. */
    private void tellOthers(Event event, long account, LongPredicate whom) {
        try (Delivery delivery = new Delivery(event, true)) {
            online.forEach((other, sessions) -> {
                if (other != account && whom.test(other)) {
                    sessions.forEach(session -> enqueue(session, delivery));
                }
            });
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
                tell(new UserEvent.Joined(account.number(), account.name()), null);
            }
            flush();
        } finally {
            presenceLock.unlock();
        }
    }

    /**
     * Renames an account and notifies everyone online, including itself. Its own sessions continue.
     *
     * @param told the notice sent to its own sessions first
     * @param by the id of the session that did it, which is not notified; empty for none
     */
    public void rename(long account, String name, String told, String by) {
        presenceLock.lock();
        try {
            List<Session> own = of(account);
            String was = accountRoster.nameOf(account);
            boolean isOnline = isOnline(account);
            accountRoster.show(account, name, isOnline);
            Session source = null;
            for (Session session : own) {
                session.renamed(name);
                if (session.id().equals(by)) {
                    source = session;
                } else {
                    session.answer(notice(told));
                }
            }
            tell(new UserEvent.Renamed(account, was, name, isOnline), source);
            flush();
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

    /** Queues an event for everyone online; sent at the next {@link #flush}, so that many become one write each. */
    @GuardedBy("presenceLock")
    private void tell(Event presence, @Nullable Session but) {
        try (Delivery delivery = new Delivery(presence, true)) {
            for (List<Session> sessions : online.values()) {
                for (Session session : sessions) {
                    if (session != but) {
                        enqueue(session, delivery);
                    }
                }
            }
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
            for (Session session : of(account)) {
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
            if (name != null && of(session.account()).contains(session)) {
                session.over();
                session.answer(notice(farewell));
                session.answer(new UserEvent.WentOffline(session.account(), name));
                session.finish(why);
                tellGone(session, session.account(), name);
            }
        } finally {
            presenceLock.unlock();
        }
    }

    /**
     * Sends an event to an account's sessions.
     *
     * @param by the id of the session that caused it, which is not told; empty for none
     */
    public void tell(long account, String by, Event event) {
        presenceLock.lock();
        try (Delivery delivery = new Delivery(event, false)) {
            of(account).stream()
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
     * Who gets an entry that is delivered.
     *
     * @param accounts whose sessions get it; null for everyone online, or all members of a group
     * @param group the group's number; 0 for everyone
     * @param whom which accounts of everyone, or of the members, get it
     * @param session the id of the session that it came from, which gets it only if its dialect sends such copies and
     *     {@code copiesToSession} is true; empty for none
     * @param copiesToSession whether the user is a receiver of its own message
     */
    public record Copies(
            long number,
            @Nullable List<Long> accounts,
            long group,
            LongPredicate whom,
            String session,
            boolean copiesToSession) {
        /** Returns the receivers of a message, or everyone; and its sender. */
        public static Copies of(Message message) {
            List<Long> receivers = message.receivers();
            if (receivers == null) {
                return new Copies(message.number(), null, 0, account -> true, message.session(), true);
            }
            if (message.group() != 0) {
                return new Copies(message.number(), null, message.group(), account -> true, message.session(), false);
            }
            boolean isReceiver = receivers.contains(message.sender());
            List<Long> accounts = new ArrayList<>(receivers.size() + 1);
            for (Long receiver : receivers) {
                if (!message.withheld().contains(receiver)) {
                    accounts.add(receiver);
                }
            }
            if (!isReceiver) {
                accounts.add(message.sender());
            }
            return new Copies(message.number(), accounts, 0, account -> true, message.session(), isReceiver);
        }

        /**
         * Returns who learns of an amendment.
         *
         * @param has whether an account has the message, if that went to everyone or to a group
         */
        public static Copies of(Amendment amendment, LongPredicate has) {
            return new Copies(
                    amendment.number(), amendment.told(), amendment.subject().group(), has, amendment.session(), false);
        }

        /** Returns the members of the group, among them who did it. */
        public static Copies of(GroupChange change) {
            return new Copies(change.number(), null, change.group(), account -> true, "", false);
        }

        /** Returns whether a session gets no copy, since it sent the entry itself. */
        private boolean isOwn(Session to) {
            return to.id().equals(session) && !(copiesToSession && to.dialect().copiesToSender());
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
                inGroups.getOrDefault(copies.group(), Set.of()).stream()
                        .filter(account -> copies.whom().test(account))
                        .forEach(account -> enqueue(of(account), delivery, copies));
            } else if (accounts == null) {
                online.forEach((account, sessions) -> {
                    if (copies.whom().test(account)) {
                        enqueue(sessions, delivery, copies);
                    }
                });
            } else {
                accounts.forEach(account -> enqueue(of(account), delivery, copies));
            }
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
        if (session.enqueue(delivery)) {
            owed.add(session);
        }
    }

    /** Begins a batch: what is enqueued from now on is sent by {@link #batchApplied}. */
    public void batchBegins() {
        presenceLock.lock();
        try {
            applying = true;
        } finally {
            presenceLock.unlock();
        }
    }

    /** Sends everything enqueued in a batch, with one flush per session so that writes are few. */
    public void batchApplied() {
        presenceLock.lock();
        try {
            applying = false;
            flush();
        } finally {
            presenceLock.unlock();
        }
    }

    /** Sends everything enqueued since the last flush. */
    public void flush() {
        presenceLock.lock();
        try {
            owed.forEach(Session::flush);
            owed.clear();
        } finally {
            presenceLock.unlock();
        }
    }

    /** Sends what is queued for a session: with the batch that is being applied, or now. */
    void flush(Session session) {
        presenceLock.lock();
        try {
            if (!applying) {
                session.flush();
            } else if (session.owe()) {
                owed.add(session);
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
     * Answers with what was delivered by now, so that whoever takes the answer, and then what follows it, has all and has
     * it as it is. Called on the session's own thread; blocks as {@code making} does.
     *
     * @param making makes and sends the answer, of messages up to a number; higher ones are sent after it
     */
    public void answer(Session session, ObjLongConsumer<Session.Answer> making) {
        Session.Answer begun;
        long upTo;
        presenceLock.lock();
        try {
            begun = session.beginAnswer();
            upTo = deliveredTo;
        } finally {
            presenceLock.unlock();
        }
        try (Session.Answer answer = begun) {
            making.accept(answer, upTo);
        }
    }

    /** Sends everyone online a notice that is not stored. */
    public void tellAll(String text) {
        presenceLock.lock();
        try {
            tell(notice(text), null);
            flush();
        } finally {
            presenceLock.unlock();
        }
    }

    private Event notice(String text) {
        return new SessionEvent.Notice(text, clock.instant());
    }

    /** Returns whether an account has a session that is not quiet. */
    public boolean isOnline(long account) {
        return isSeen(of(account));
    }

    private static boolean isSeen(List<Session> sessions) {
        return sessions.stream().anyMatch(session -> !session.isQuiet());
    }

    /** Returns the sessions of an account. */
    public List<Session> of(long account) {
        return online.getOrDefault(account, List.of());
    }

    /** Returns the sessions that are logged in. */
    public List<Session> online() {
        return online.values().stream().flatMap(List::stream).toList();
    }

    /** Returns the number of users online, each counted once however many devices it uses. */
    public int onlineCount() {
        return (int) online.values().stream().filter(Sessions::isSeen).count();
    }

    /** Finishes every session, logged in or not, and any opened later. */
    public void finishAll(String why) {
        closing = why;
        for (Session session : new ArrayList<>(all)) {
            session.finish(why);
        }
    }
}
