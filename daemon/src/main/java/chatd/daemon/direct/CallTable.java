package chatd.daemon.direct;

import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.session.Session;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Code;
import chatd.protocol.value.people.User;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * All calls and what becomes of them, under one lock. What follows from a change is told and logged after the lock is released,
 * in the order of the changes. Any thread; methods block as what they tell and log does.
 */
final class CallTable {
    /** Maximum number of direct sessions of an account at a time. */
    static final int MOST_SESSIONS = 8;

    /** How long a side may be without a connection to the daemon; as long as its session can be resumed. */
    private static final Duration LOST = Duration.ofMinutes(15);

    /** What follows from a change. Called without the lock, one at a time, in the order of the changes. */
    interface Outcomes {
        void tell(Session session, DirectEvent event);

        /** Tells all sessions of a user but one. */
        void tellAll(long account, @Nullable Session but, DirectEvent event);

        /** @param session the one that declined; null if nobody did */
        void declined(Call call, long account, @Nullable Session session, String reason);

        /** @param lasted since the first one accepted; null if nobody did */
        void ended(Call call, String reason, @Nullable Duration lasted);
    }

    /** Whether somebody who is called can be rung. */
    enum Reachable {
        ONLINE,
        OFFLINE,
        /** The caller is blocked: the call is left unanswered, as by somebody who does not look. */
        BLOCKED
    }

    /** Says whether an account can be rung. */
    interface ToReach {
        Reachable of(long account);
    }

    private final LongFunction<String> names;
    private final LongFunction<List<Session>> sessions;
    private final Outcomes outcomes;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deferred deferred = new Deferred(lock);

    @GuardedBy("lock")
    private final Map<String, Call> calls = new LinkedHashMap<>();

    /**
     * @param names returns the name of an account
     * @param sessions returns the sessions of an account
     */
    CallTable(LongFunction<String> names, LongFunction<List<Session>> sessions, Outcomes outcomes, Clock clock) {
        this.names = names;
        this.sessions = sessions;
        this.outcomes = outcomes;
        this.clock = clock;
    }

    /**
     * Adds a call that does not ring yet: first it is logged.
     *
     * @param charge called once it is sure that there can be a call; may refuse it
     * @throws Refusal {@link Code#MALFORMED} if there is a call of this number, {@link Code#NOT_ALLOWED} if the one called is
     *     calling, {@link Code#TOO_MANY} if the caller is in too many
     */
    void begin(Call call, Runnable charge) {
        lock.lock();
        try {
            if (calls.containsKey(call.session)) {
                throw new Refusal(Code.MALFORMED, "There is a direct session of this number already.");
            }
            if (call.called.size() == 1) {
                crossing(call.caller, call.called.getFirst());
            }
            checkRoom(call.caller);
            charge.run();
            calls.put(call.session, call);
        } finally {
            lock.unlock();
        }
    }

    /** Removes a call that could not be logged. */
    void forget(Call call) {
        lock.lock();
        try {
            calls.remove(call.session);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Rings a call that was logged; nobody if it was cancelled meanwhile.
     *
     * @param to whom the caller named: a user, or a group
     * @param reach whether somebody who is asked can be rung
     * @throws Refusal {@link Code#NOT_ALLOWED} if the one called is calling, whose call stands
     */
    void ring(Call call, Account caller, List<Account> asked, User to, ToReach reach) {
        lock.lock();
        try {
            if (calls.get(call.session) != call) {
                // It was cancelled from another connection, or the daemon is stopping.
                return;
            }
            if (asked.size() == 1) {
                long called = asked.getFirst().number();
                crossing(caller.number(), called).ifPresent(other -> crossed(other, caller.number(), called));
            }
            call.ring();
            for (Account account : asked) {
                ring(call, caller, account, to, reach.of(account.number()));
            }
            endIfOver(call, "offline");
        } catch (Refusal e) {
            close(call, "crossed");
            throw e;
        } finally {
            lock.unlock();
            deferred.run();
        }
    }

    /**
     * Returns the call of somebody who is calling the caller. Of two users who call each other, the call of the one with the
     * lower number stands.
     *
     * @throws Refusal {@link Code#NOT_ALLOWED} if it is that call that stands
     */
    @GuardedBy("lock")
    private Optional<Call> crossing(long caller, long called) {
        for (Call other : calls.values()) {
            if (other.caller == called && other.called.size() == 1 && other.isRinging(caller)) {
                if (called < caller) {
                    throw new Refusal(
                            Code.NOT_ALLOWED,
                            "%s is calling you: answer that. Nobody was called.".formatted(names.apply(called)));
                }
                return Optional.of(other);
            }
        }
        return Optional.empty();
    }

    @GuardedBy("lock")
    private void crossed(Call other, long caller, long called) {
        other.stopRinging(caller);
        tellAll(caller, null, new DirectEvent.Cancelled(called, caller, other.session));
        other.party(called)
                .ifPresent(party -> tell(party, new DirectEvent.Ended(called, called, other.session, "crossed")));
        close(other, "crossed");
    }

    @GuardedBy("lock")
    private void checkRoom(long account) {
        if (calls.values().stream().filter(call -> call.has(account)).count() >= MOST_SESSIONS) {
            throw new Refusal(
                    Code.TOO_MANY, "You are in %d direct sessions already; end one first.".formatted(MOST_SESSIONS));
        }
    }

    @GuardedBy("lock")
    private void ring(Call call, Account caller, Account called, User to, Reachable reachable) {
        long number = called.number();
        if (reachable == Reachable.OFFLINE) {
            call.stopRinging(number);
            call.party(call.caller)
                    .ifPresent(party ->
                            tell(party, new DirectEvent.Declined(number, call.caller, call.session, "offline")));
            return;
        }
        if (reachable == Reachable.BLOCKED) {
            // It is left unanswered, as by somebody who does not look.
            return;
        }
        List<Long> others =
                call.called.stream().filter(other -> other != number).toList();
        SortedMap<Long, String> shown = new TreeMap<>();
        others.forEach(other -> shown.put(other, names.apply(other)));
        long receiver = to instanceof User.Group group ? Addressee.group(group.number()) : number;
        tellAll(
                number,
                null,
                new DirectEvent.Called(
                        caller.number(), caller.name(), receiver, others, call.kind, call.session, shown));
    }

    /**
     * Records that a user's answer is being logged.
     *
     * @throws Refusal {@link Code#NO_SUCH_SESSION} if the call does not ring there, or another session has answered
     */
    Call beginToAnswer(long account, String number) {
        lock.lock();
        try {
            Call call = call(number);
            if (!call.isRinging(account)) {
                throw noSuchSession();
            }
            checkRoom(account);
            if (!call.startAnswering(account)) {
                throw noSuchSession();
            }
            return call;
        } finally {
            lock.unlock();
        }
    }

    /** Records that the answer was logged, or could not be. */
    void endToAnswer(Call call, long account) {
        lock.lock();
        try {
            call.finishAnswering(account);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Has a user in whose answer was logged.
     *
     * @throws Refusal {@link Code#NO_SUCH_SESSION} if the call was cancelled meanwhile
     */
    void join(Call call, long number, Session session, Candidates.Passed own, String key) {
        lock.lock();
        try {
            // It may have been cancelled while the answer was logged.
            if (calls.get(call.session) != call || !call.isRinging(number)) {
                throw noSuchSession();
            }
            call.stopRinging(number);
            if (call.began == null) {
                call.began = clock.instant();
            }
            List<Call.Party> before = call.parties();
            Call.Party party = call.join(number, session, own, key);
            tellAll(number, session, new DirectEvent.Ended(number, number, call.session, "elsewhere"));
            for (Call.Party other : before) {
                // The caller opens the connection to whoever accepts, and who accepts, to those who did before.
                boolean dials = other.account != call.caller;
                tell(party, introduced(call, other, party, dials));
                tell(other, introduced(call, party, other, !dials));
            }
        } finally {
            lock.unlock();
            deferred.run();
        }
    }

    private DirectEvent.Introduced introduced(Call call, Call.Party who, Call.Party to, boolean dials) {
        return new DirectEvent.Introduced(
                who.account, names.apply(who.account), to.account, call.session, who.endpointFor(to), dials);
    }

    /** Replaces the addresses at which a side may be reached, and tells the others. */
    void change(Session session, String number, Candidates.Passed addresses) {
        lock.lock();
        try {
            Call call = call(number);
            Call.Party party = party(call, session);
            party.addresses = addresses;
            call.others(party.account)
                    .forEach(other -> tell(
                            other,
                            new DirectEvent.CandidatesChanged(
                                    party.account,
                                    other.account,
                                    call.session,
                                    party.endpointFor(other).candidates())));
        } finally {
            lock.unlock();
            deferred.run();
        }
    }

    /** Declines a call, on all sessions of the user. */
    void decline(Session session, String number) {
        lock.lock();
        try {
            Call call = call(number);
            if (!call.isRinging(session.account())) {
                throw noSuchSession();
            }
            tellAll(
                    session.account(),
                    session,
                    new DirectEvent.Ended(session.account(), session.account(), call.session, "elsewhere"));
            declined(call, session.account(), session, "declined");
        } finally {
            lock.unlock();
            deferred.run();
        }
    }

    @GuardedBy("lock")
    private void declined(Call call, long account, @Nullable Session session, String reason) {
        call.stopRinging(account);
        deferred.add(() -> outcomes.declined(call, account, session, reason));
        call.party(call.caller)
                .ifPresent(party -> tell(party, new DirectEvent.Declined(account, call.caller, call.session, reason)));
        endIfOver(call, reason);
    }

    /** Stops ringing those who have not answered. */
    void cancel(Session session, String number) {
        lock.lock();
        try {
            Call call = call(number);
            Call.Party party = party(call, session);
            if (party.account != call.caller) {
                throw noSuchSession();
            }
            stopRinging(call);
            if (call.isOver()) {
                close(call, "cancelled");
            }
        } finally {
            lock.unlock();
            deferred.run();
        }
    }

    @GuardedBy("lock")
    private void stopRinging(Call call) {
        for (long account : call.ringing()) {
            call.stopRinging(account);
            tellAll(account, null, new DirectEvent.Cancelled(call.caller, account, call.session));
        }
    }

    /** Ends a side's part in a session. */
    void end(Session session, String number, String reason) {
        lock.lock();
        try {
            Call call = call(number);
            leave(call, party(call, session), reason);
        } finally {
            lock.unlock();
            deferred.run();
        }
    }

    @GuardedBy("lock")
    private void leave(Call call, Call.Party party, String reason) {
        call.leave(party.account);
        if (party.account == call.caller) {
            stopRinging(call);
        }
        call.others(party.account)
                .forEach(other ->
                        tell(other, new DirectEvent.Ended(party.account, other.account, call.session, reason)));
        endIfOver(call, reason);
    }

    @GuardedBy("lock")
    private Call call(String session) {
        Call call = calls.get(session);
        if (call == null) {
            throw noSuchSession();
        }
        return call;
    }

    /** Returns the side of a call that a session is; it may be the one that resumes that side's session. */
    @GuardedBy("lock")
    private Call.Party party(Call call, Session session) {
        Call.Party party = call.party(session.account()).orElseThrow(CallTable::noSuchSession);
        renew(party);
        if (party.session != session) {
            throw noSuchSession();
        }
        return party;
    }

    private static Refusal noSuchSession() {
        return new Refusal(Code.NO_SUCH_SESSION, "There is no such direct session, or you are not in it.");
    }

    /** Has the session take the place of one that has ended that resumes it: the one on the same device. */
    @GuardedBy("lock")
    private void renew(Call.Party party) {
        if (party.session.hasEnded()) {
            sessions.apply(party.account).stream()
                    .filter(other -> !other.hasEnded() && other.device().equals(party.session.device()))
                    .findFirst()
                    .ifPresent(other -> party.session = other);
        }
    }

    @GuardedBy("lock")
    private void tell(Call.Party party, DirectEvent event) {
        renew(party);
        Session session = party.session;
        deferred.add(() -> outcomes.tell(session, event));
    }

    /** Tells all sessions of a user but one. */
    @GuardedBy("lock")
    private void tellAll(long account, @Nullable Session but, DirectEvent event) {
        deferred.add(() -> outcomes.tellAll(account, but, event));
    }

    @GuardedBy("lock")
    private void endIfOver(Call call, String reason) {
        if (call.isOver()) {
            if (call.began == null) {
                // Nobody is left who could take it.
                call.party(call.caller)
                        .ifPresent(party ->
                                tell(party, new DirectEvent.Ended(call.caller, call.caller, call.session, reason)));
            }
            close(call, reason);
        }
    }

    @GuardedBy("lock")
    private void close(Call call, String reason) {
        if (calls.remove(call.session) == null) {
            return;
        }
        Instant began = call.began;
        Duration lasted = began == null ? null : Duration.between(began, clock.instant());
        deferred.add(() -> outcomes.ended(call, reason, lasted));
    }

    /** Begins the time in which the connection can come back. */
    void connectionClosed(Session session) {
        lock.lock();
        try {
            for (Call call : calls.values()) {
                // It may be a stranger's, which has no account.
                for (Call.Party party : call.parties()) {
                    if (party.session == session && party.lost == null) {
                        party.lost = clock.instant();
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends what has rung for too long, or lost its connection; returns whether there are calls. */
    boolean sweep() {
        lock.lock();
        try {
            Instant now = clock.instant();
            for (Call call : List.copyOf(calls.values())) {
                sweep(call, now);
            }
            return !calls.isEmpty();
        } finally {
            lock.unlock();
            deferred.run();
        }
    }

    @GuardedBy("lock")
    private void sweep(Call call, Instant now) {
        if (!now.isBefore(call.until)) {
            for (long account : call.ringing()) {
                tellAll(account, null, new DirectEvent.Ended(account, account, call.session, "unanswered"));
                declined(call, account, null, "unanswered");
            }
        }
        for (Call.Party party : call.parties()) {
            renew(party);
            if (!party.session.hasEnded()) {
                party.lost = null;
            } else if (party.lost == null) {
                party.lost = now;
            } else if (!now.isBefore(party.lost.plus(LOST))) {
                leave(call, party, "lost");
            }
        }
    }

    /** Ends all calls: the daemon stops. */
    void endAll() {
        lock.lock();
        try {
            for (Call call : List.copyOf(calls.values())) {
                close(call, "stopped");
            }
        } finally {
            lock.unlock();
            deferred.run();
        }
    }
}
