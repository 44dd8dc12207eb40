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
 * All calls and their states, under one lock. Events are sent and logged after the lock is
 * released, in the order of the changes. Any thread; methods block as the {@link Outcomes} do.
 */
final class CallTable {
    /** Maximum number of direct sessions of an account at a time. */
    static final int MAX_SESSIONS = 8;

    /** How long a side may be without a connection to the daemon; as long as its session can be resumed. */
    private static final Duration MAX_LOST = Duration.ofMinutes(15);

    /**
     * Receives what follows from a change. Called without the lock, one at a time, in the order of
     * the changes.
     */
    interface Outcomes {
        void tell(Session session, DirectEvent event);

        /** Tells all sessions of a user but one. */
        void tellAll(long account, @Nullable Session but, DirectEvent event);

        /** @param session the one that declined; null if nobody did */
        void declined(Call call, long account, @Nullable Session session, String reason);

        /** @param lasted the time since the first one accepted; null if nobody did */
        void ended(Call call, String reason, @Nullable Duration lasted);
    }

    /** Whether somebody who is called can be rung. */
    enum Reachable {
        ONLINE,
        OFFLINE,
        /** The caller is blocked: the call is left unanswered, as if nobody were looking. */
        BLOCKED
    }

    /** Determines whether an account can be rung. */
    interface Reachability {
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
     * Adds a call that does not ring yet, because it must be logged first.
     *
     * @param charge called once nothing else prevents the call; may refuse it
     * @throws Refusal {@link Code#MALFORMED} if there is a call with this number,
     *     {@link Code#NOT_ALLOWED} if the callee is calling the caller, {@link Code#TOO_MANY} if
     *     the caller is in too many
     */
    void begin(Call call, Runnable charge) {
        lock.lock();
        try {
            if (calls.containsKey(call.sessionId)) {
                throw new Refusal(Code.MALFORMED, "There is a direct session of this number already.");
            }
            if (call.called.size() == 1) {
                findCrossing(call.caller, call.called.getFirst());
            }
            checkSessionLimit(call.caller);
            charge.run();
            calls.put(call.sessionId, call);
        } finally {
            lock.unlock();
        }
    }

    /** Removes a call that could not be logged. */
    void forget(Call call) {
        lock.lock();
        try {
            calls.remove(call.sessionId);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Rings the callees of a call that was logged, unless it was cancelled meanwhile.
     *
     * @param to whom the caller named: a user, or a group
     * @param reach whether a callee can be rung
     * @throws Refusal {@link Code#NOT_ALLOWED} if the callee is calling the caller, and that call
     *     stands
     */
    void ring(Call call, Account caller, List<Account> callees, User to, Reachability reach) {
        lock.lock();
        try {
            if (calls.get(call.sessionId) != call) {
                // It was cancelled from another connection, or the daemon is stopping.
                return;
            }
            if (callees.size() == 1) {
                long called = callees.getFirst().number();
                findCrossing(caller.number(), called).ifPresent(other -> endCrossed(other, caller.number(), called));
            }
            call.ring();
            for (Account account : callees) {
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

    /** Returns the number of calls that ring or are being held. */
    int size() {
        lock.lock();
        try {
            return calls.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns the call by which the callee is calling the caller, if there is one. If two users
     * call each other, the call of the one with the lower number stands.
     *
     * @throws Refusal {@link Code#NOT_ALLOWED} if that call stands
     */
    @GuardedBy("lock")
    private Optional<Call> findCrossing(long caller, long called) {
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
    private void endCrossed(Call other, long caller, long called) {
        other.stopRinging(caller);
        tellAll(caller, null, new DirectEvent.Cancelled(called, caller, other.sessionId));
        other.party(called)
                .ifPresent(party -> tell(party, new DirectEvent.Ended(called, called, other.sessionId, "crossed")));
        close(other, "crossed");
    }

    @GuardedBy("lock")
    private void checkSessionLimit(long account) {
        if (calls.values().stream().filter(call -> call.has(account)).count() >= MAX_SESSIONS) {
            throw new Refusal(
                    Code.TOO_MANY, "You are in %d direct sessions already; end one first.".formatted(MAX_SESSIONS));
        }
    }

    @GuardedBy("lock")
    private void ring(Call call, Account caller, Account called, User to, Reachable reachable) {
        long number = called.number();
        if (reachable == Reachable.OFFLINE) {
            call.stopRinging(number);
            call.party(call.caller)
                    .ifPresent(party ->
                            tell(party, new DirectEvent.Declined(number, call.caller, call.sessionId, "offline")));
            return;
        }
        if (reachable == Reachable.BLOCKED) {
            // It is left unanswered, as if nobody were looking.
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
                        caller.number(), caller.name(), receiver, others, call.kind, call.sessionId, shown));
    }

    /**
     * Records that a user's answer is being logged.
     *
     * @throws Refusal {@link Code#NO_SUCH_SESSION} if the call does not ring there, or another session has answered
     */
    Call startAnswering(long account, String number) {
        lock.lock();
        try {
            Call call = call(number);
            if (!call.isRinging(account)) {
                throw noSuchSession();
            }
            checkSessionLimit(account);
            if (!call.startAnswering(account)) {
                throw noSuchSession();
            }
            return call;
        } finally {
            lock.unlock();
        }
    }

    /** Records that the answer was logged, or could not be. */
    void finishAnswering(Call call, long account) {
        lock.lock();
        try {
            call.finishAnswering(account);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds a user to a call after their answer was logged.
     *
     * @throws Refusal {@link Code#NO_SUCH_SESSION} if the call was cancelled meanwhile
     */
    void join(Call call, long number, Session session, CandidateFilter.Vetted own, String key) {
        lock.lock();
        try {
            // It may have been cancelled while the answer was logged.
            if (calls.get(call.sessionId) != call || !call.isRinging(number)) {
                throw noSuchSession();
            }
            call.stopRinging(number);
            if (call.beganAt == null) {
                call.beganAt = clock.instant();
            }
            List<Call.Party> before = call.parties();
            Call.Party party = call.join(number, session, own, key);
            tellAll(number, session, new DirectEvent.Ended(number, number, call.sessionId, "elsewhere"));
            for (Call.Party other : before) {
                // The caller dials whoever accepts; whoever accepts dials those who accepted
                // before.
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
                who.account, names.apply(who.account), to.account, call.sessionId, who.endpointFor(to), dials);
    }

    /** Replaces the addresses at which a side may be reached, and tells the others. */
    void changeAddresses(Session session, String number, CandidateFilter.Vetted addresses) {
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
                                    call.sessionId,
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
                    new DirectEvent.Ended(session.account(), session.account(), call.sessionId, "elsewhere"));
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
                .ifPresent(
                        party -> tell(party, new DirectEvent.Declined(account, call.caller, call.sessionId, reason)));
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
            tellAll(account, null, new DirectEvent.Cancelled(call.caller, account, call.sessionId));
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
                        tell(other, new DirectEvent.Ended(party.account, other.account, call.sessionId, reason)));
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

    /**
     * Returns the party of a call that a session belongs to; the session may have resumed the
     * party's.
     */
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

    /**
     * Replaces a party's session, if it has ended, by the one that resumes it: the one on the same
     * device.
     */
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
            if (call.beganAt == null) {
                // Nobody is left who could answer it.
                call.party(call.caller)
                        .ifPresent(party ->
                                tell(party, new DirectEvent.Ended(call.caller, call.caller, call.sessionId, reason)));
            }
            close(call, reason);
        }
    }

    @GuardedBy("lock")
    private void close(Call call, String reason) {
        if (calls.remove(call.sessionId) == null) {
            return;
        }
        Instant began = call.beganAt;
        Duration lasted = began == null ? null : Duration.between(began, clock.instant());
        deferred.add(() -> outcomes.ended(call, reason, lasted));
    }

    /** Starts the time in which a lost connection can come back. */
    void connectionClosed(Session session) {
        lock.lock();
        try {
            for (Call call : calls.values()) {
                // It may be a stranger's, which has no account.
                for (Call.Party party : call.parties()) {
                    if (party.session == session && party.lostAt == null) {
                        party.lostAt = clock.instant();
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends calls that have rung for too long, and removes parties whose connection is lost; returns
     * whether there are still calls.
     */
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
        if (!now.isBefore(call.ringsUntil)) {
            for (long account : call.ringing()) {
                tellAll(account, null, new DirectEvent.Ended(account, account, call.sessionId, "unanswered"));
                declined(call, account, null, "unanswered");
            }
        }
        for (Call.Party party : call.parties()) {
            renew(party);
            if (!party.session.hasEnded()) {
                party.lostAt = null;
            } else if (party.lostAt == null) {
                party.lostAt = now;
            } else if (!now.isBefore(party.lostAt.plus(MAX_LOST))) {
                leave(call, party, "lost");
            }
        }
    }

    /** Ends all calls, because the daemon stops. */
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
