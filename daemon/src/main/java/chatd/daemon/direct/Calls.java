package chatd.daemon.direct;

import chatd.audit.event.CallEvent;
import chatd.daemon.config.Config;
import chatd.daemon.directory.Directory;
import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.session.RateBy;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.daemon.session.Sweeper;
import chatd.daemon.trail.AuditTrail;
import chatd.protocol.Gate;
import chatd.protocol.command.DirectCommand;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Code;
import chatd.protocol.value.direct.Candidate;
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
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Introduces users to each other for direct sessions, and logs that they met (page {@code direct.md}). Nothing is stored: a
 * restart of the daemon forgets the calls, and leaves alone what the clients say to each other. An account is in at most
 * {@value #MOST_SESSIONS} calls, each of which takes up to 40 KiB.
 *
 * <p>One lock guards all calls. What follows from a change is told and logged after the lock is released, in the order of the
 * changes; what must be logged before it takes place is logged in between, while the call or the answer waits for it.
 */
public final class Calls implements Feature, AutoCloseable {
    /** Maximum number of direct sessions of an account at a time. */
    private static final int MOST_SESSIONS = 8;

    /** How long a side may be without a connection to the daemon; as long as its session can be resumed. */
    private static final Duration LOST = Duration.ofMinutes(15);

    /** What a client may give as the reason for an end: the log has it. */
    private static final Pattern WORD = Pattern.compile("[a-z-]{0,32}");

    private static final Duration HOUR = Duration.ofHours(1);

    private final Supplier<Config> config;
    private final Directory directory;
    private final Callees callees;
    private final Sessions sessions;
    private final AuditTrail audit;
    private final Clock clock;
    private final Candidates candidates;
    private final RateBy<Long> rate;
    /** Ends what has rung for too long, or lost its connection. */
    private final Sweeper sweeper = new Sweeper("calls", Duration.ofSeconds(1), this::sweep);

    private final ReentrantLock lock = new ReentrantLock();
    private final Deferred deferred = new Deferred(lock);

    @GuardedBy("lock")
    private final Map<String, Call> calls = new LinkedHashMap<>();

    public Calls(FeatureContext parts, SeenAddresses seen) {
        this.config = parts.config();
        this.directory = parts.directory();
        this.callees = new Callees(parts);
        this.sessions = parts.sessions();
        this.audit = parts.audit();
        this.clock = parts.clock();
        this.candidates = new Candidates(seen);
        this.rate = new RateBy<>(() -> config.get().direct().calls(), most -> most, HOUR);
    }

    @Override
    public void addTo(Routes routes) {
        routes.loggedChange(DirectCommand.Call.class, this::call);
        routes.loggedChange(DirectCommand.Accept.class, this::accept);
        routes.unloggedChange(DirectCommand.ChangeCandidates.class, this::change);
        routes.unlogged(DirectCommand.Decline.class, Gate.LOGGED_IN, this::decline);
        routes.unlogged(DirectCommand.Cancel.class, Gate.LOGGED_IN, this::cancel);
        routes.unlogged(DirectCommand.EndDirect.class, Gate.LOGGED_IN, this::end);
    }

    private void call(Session session, DirectCommand.Call command) {
        Account caller = directory.acting(session.account());
        List<Account> asked = callees.asked(caller, command);
        Call call = begin(session, caller, asked, command);
        boolean isLogged = false;
        try {
            audit.log(new CallEvent.Called(
                    AuditTrail.who(caller),
                    AuditTrail.peer(session),
                    asked.stream().map(AuditTrail::who).toList(),
                    command.kind().word(),
                    command.session()));
            isLogged = true;
        } finally {
            if (!isLogged) {
                forget(call);
            }
        }
        ring(call, caller, asked, command.user());
        sweeper.start();
    }

    /** Adds a call that does not ring yet: first it is logged. */
    private Call begin(Session session, Account caller, List<Account> asked, DirectCommand.Call command) {
        lock.lock();
        try {
            if (calls.containsKey(command.session())) {
                throw new Refusal(Code.MALFORMED, "There is a direct session of this number already.");
            }
            if (asked.size() == 1) {
                crossing(caller.number(), asked.getFirst().number());
            }
            checkRoom(caller.number());
            int most = config.get().direct().calls();
            if (!rate.take(caller.number())) {
                throw new Refusal(
                        Code.THROTTLED,
                        "At most %d calls an hour are taken from one user. Try again later.".formatted(most));
            }
            Call call = new Call(
                    command.session(),
                    command.kind(),
                    caller.number(),
                    session,
                    candidates.vetted(command.session(), command.own().candidates(), session.address()),
                    command.own().key(),
                    asked.stream().map(Account::number).toList(),
                    clock.instant().plus(config.get().direct().ring()));
            calls.put(call.session, call);
            return call;
        } finally {
            lock.unlock();
        }
    }

    private void forget(Call call) {
        lock.lock();
        try {
            calls.remove(call.session);
        } finally {
            lock.unlock();
        }
    }

    /** Rings a call that was logged. */
    private void ring(Call call, Account caller, List<Account> asked, User to) {
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
                ring(call, caller, account, to);
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
                            "%s is calling you: answer that. Nobody was called.".formatted(directory.nameOf(called)));
                }
                return Optional.of(other);
            }
        }
        return Optional.empty();
    }

    @GuardedBy("lock")
    private void crossed(Call other, long caller, long called) {
        other.stopsRinging(caller);
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
    private void ring(Call call, Account caller, Account called, User to) {
        long number = called.number();
        if (!callees.canRing(number)) {
            call.stopsRinging(number);
            call.party(call.caller)
                    .ifPresent(party ->
                            tell(party, new DirectEvent.Declined(number, call.caller, call.session, "offline")));
            return;
        }
        if (callees.isBlocked(caller, number)) {
            // It is left unanswered, as by somebody who does not look.
            return;
        }
        List<Long> others =
                call.called.stream().filter(other -> other != number).toList();
        SortedMap<Long, String> names = new TreeMap<>();
        others.forEach(other -> names.put(other, directory.nameOf(other)));
        long receiver = to instanceof User.Group group ? Addressee.group(group.number()) : number;
        tellAll(
                number,
                null,
                new DirectEvent.Called(
                        caller.number(), caller.name(), receiver, others, call.kind, call.session, names));
    }

    private void accept(Session session, DirectCommand.Accept command) {
        Account account = directory.acting(session.account());
        Candidates.Passed own =
                candidates.vetted(command.session(), command.own().candidates(), session.address());
        Call call = beginToAnswer(account.number(), command.session());
        try {
            audit.log(answered(call, account, session, null, own.all()));
            join(call, account.number(), session, own, command.own().key());
        } finally {
            endToAnswer(call, account.number());
        }
    }

    private Call beginToAnswer(long account, String number) {
        lock.lock();
        try {
            Call call = call(number);
            if (!call.isRinging(account)) {
                throw noSuchSession();
            }
            checkRoom(account);
            if (!call.beginsToAnswer(account)) {
                throw noSuchSession();
            }
            return call;
        } finally {
            lock.unlock();
        }
    }

    private void endToAnswer(Call call, long account) {
        lock.lock();
        try {
            call.endsToAnswer(account);
        } finally {
            lock.unlock();
        }
    }

    private void join(Call call, long number, Session session, Candidates.Passed own, String key) {
        lock.lock();
        try {
            // It may have been cancelled while the answer was logged.
            if (calls.get(call.session) != call || !call.isRinging(number)) {
                throw noSuchSession();
            }
            call.stopsRinging(number);
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
                who.account, directory.nameOf(who.account), to.account, call.session, who.endpointFor(to), dials);
    }

    /** @param reason why it was declined; null if it was accepted */
    private CallEvent answered(
            Call call, Account account, @Nullable Session session, @Nullable String reason, List<Candidate> addresses) {
        return new CallEvent.Answered(
                AuditTrail.who(account),
                session == null ? null : AuditTrail.peer(session),
                directory.who(List.of(call.caller)),
                reason,
                call.session,
                config.get().audit().directAddresses()
                        ? addresses.stream().map(Candidate::toString).toList()
                        : List.of());
    }

    private void change(Session session, DirectCommand.ChangeCandidates command) {
        lock.lock();
        try {
            Call call = call(command.session());
            Call.Party party = party(call, session);
            party.addresses = candidates.vetted(call.session, command.candidates(), session.address());
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

    private void decline(Session session, DirectCommand.Decline command) {
        lock.lock();
        try {
            Call call = call(command.session());
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
        call.stopsRinging(account);
        directory.findExisting(account).ifPresent(who -> note(answered(call, who, session, reason, List.of())));
        call.party(call.caller)
                .ifPresent(party -> tell(party, new DirectEvent.Declined(account, call.caller, call.session, reason)));
        endIfOver(call, reason);
    }

    private void cancel(Session session, DirectCommand.Cancel command) {
        lock.lock();
        try {
            Call call = call(command.session());
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
            call.stopsRinging(account);
            tellAll(account, null, new DirectEvent.Cancelled(call.caller, account, call.session));
        }
    }

    private void end(Session session, DirectCommand.EndDirect command) {
        lock.lock();
        try {
            if (!WORD.matcher(command.reason()).matches()) {
                throw new Refusal(Code.MALFORMED, "reason has to be a word of small letters.");
            }
            Call call = call(command.session());
            leave(call, party(call, session), command.reason());
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
        Call.Party party = call.party(session.account()).orElseThrow(Calls::noSuchSession);
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
            sessions.presence().of(party.account).stream()
                    .filter(other -> !other.hasEnded() && other.device().equals(party.session.device()))
                    .findFirst()
                    .ifPresent(other -> party.session = other);
        }
    }

    @GuardedBy("lock")
    private void tell(Call.Party party, DirectEvent event) {
        renew(party);
        Session session = party.session;
        deferred.add(() -> sessions.fanout().tell(session, event));
    }

    /** Tells all sessions of a user but one. */
    @GuardedBy("lock")
    private void tellAll(long account, @Nullable Session but, DirectEvent event) {
        deferred.add(() -> sessions.fanout().tell(account, but == null ? "" : but.id(), event));
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
        note(new CallEvent.Ended(
                directory.who(List.of(call.caller)).getFirst(),
                directory.who(call.called),
                reason,
                call.session,
                began == null ? null : Duration.between(began, clock.instant())));
    }

    /** Logs what has happened. Called with the lock held. */
    private void note(CallEvent event) {
        deferred.add(() -> audit.logBestEffort(event));
    }

    /** Begins the time in which the connection can come back. */
    @Override
    public void connectionClosed(Session session) {
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

    private boolean sweep() {
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

    /** Ends the thread; the calls are forgotten, and logged as ended. */
    @Override
    public void close() {
        sweeper.close();
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
