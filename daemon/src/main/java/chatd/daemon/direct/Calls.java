package chatd.daemon.direct;

import chatd.audit.event.CallEvent;
import chatd.daemon.config.Config;
import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.dispatch.Room;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.AuditTrail;
import chatd.daemon.journal.ServiceParts;
import chatd.daemon.model.Account;
import chatd.daemon.model.Refusal;
import chatd.daemon.session.AccountRate;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.protocol.Gate;
import chatd.protocol.command.DirectCommand;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Candidate;
import chatd.protocol.value.Code;
import chatd.protocol.value.Endpoint;
import chatd.protocol.value.Reach;
import chatd.protocol.value.User;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Introduces users to each other for direct sessions, and logs that they met (page {@code direct.md}). Nothing is stored: a
 * restart of the daemon forgets the calls, and leaves alone what the clients say to each other. All calls are guarded by one
 * lock; an account is in at most {@value #MOST_SESSIONS} of them, each of which takes up to 40 KiB.
 */
public final class Calls implements Room, AutoCloseable {
    /** Maximum number of direct sessions of an account at a time. */
    private static final int MOST_SESSIONS = 8;

    /** Maximum number of members of a group that are called. */
    private static final int MOST_CALLED = 16;

    /** How long a side may be without a connection to the daemon; as long as its session can be resumed. */
    private static final Duration LOST = Duration.ofMinutes(15);

    /** What a client may give as the reason for an end: the log has it. */
    private static final Pattern WORD = Pattern.compile("[a-z-]{0,32}");

    private static final Duration HOUR = Duration.ofHours(1);

    private final Supplier<Config> config;
    private final Directory directory;
    private final Contacts contacts;
    private final Sessions sessions;
    private final AuditTrail audit;
    private final Clock clock;
    private final Candidates candidates;
    private final AccountRate rate;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Call> calls = new LinkedHashMap<>();
    /** Ends what has rung for too long, or lost its connection; runs while there are calls. */
    private @Nullable Thread sweeper;

    public Calls(ServiceParts parts, SeenAddresses seen) {
        this.config = parts.config();
        this.directory = parts.directory();
        this.contacts = parts.contacts();
        this.sessions = parts.sessions();
        this.audit = parts.audit();
        this.clock = parts.clock();
        this.candidates = new Candidates(seen);
        this.rate = new AccountRate(() -> config.get().direct().calls(), most -> most, HOUR);
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
        List<Account> asked = asked(caller, command);
        lock.lock();
        try {
            if (calls.containsKey(command.session())) {
                throw new Refusal(Code.MALFORMED, "There is a direct session of this number already.");
            }
            if (asked.size() == 1) {
                checkCrossing(caller.number(), asked.getFirst().number());
            }
            checkRoom(caller.number());
            int most = config.get().direct().calls();
            if (!rate.take(caller.number())) {
                throw new Refusal(
                        Code.THROTTLED,
                        "At most %d calls an hour are taken from one user. Try again later.".formatted(most));
            }
            audit.log(new CallEvent.Called(
                    AuditTrail.who(caller),
                    AuditTrail.peer(session),
                    asked.stream().map(AuditTrail::who).toList(),
                    command.kind().word(),
                    command.session()));
            Call call = new Call(
                    command.session(),
                    command.kind(),
                    caller.number(),
                    session,
                    passed(session, command.session(), command.own()),
                    asked.stream().map(Account::number).toList(),
                    clock.instant().plus(config.get().direct().ring()));
            calls.put(call.session, call);
            asked.forEach(account -> ring(call, caller, account, command.user()));
            endIfOver(call, "offline");
            sweep();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the users that a call asks. */
    private List<Account> asked(Account caller, DirectCommand.Call command) {
        if (command.user() instanceof User.Group group) {
            return members(caller, group.number());
        }
        Set<Account> asked = new LinkedHashSet<>();
        List<User> named = new ArrayList<>(List.of(command.user()));
        named.addAll(command.others());
        for (User user : named) {
            Account other = directory.user(user).orElseThrow(() -> Directory.noSuchUser(user));
            if (other.number() == caller.number()) {
                throw new Refusal(Code.NOT_ALLOWED, "That is you. Nobody was called.");
            }
            if (!isWanted(caller, other)) {
                throw new Refusal(
                        Code.NOT_ALLOWED,
                        other.preferences().calls() == Reach.FRIENDS
                                ? "%s takes calls from friends only. Nobody was called.".formatted(other.name())
                                : "%s takes no calls. Nobody was called.".formatted(other.name()));
            }
            asked.add(other);
        }
        return List.copyOf(asked);
    }

    private List<Account> members(Account caller, long group) {
        directory.groups().checkWriting(caller.number(), group);
        List<Account> asked = directory
                .groups()
                .members(group)
                .accounts()
                .filter(member -> member != caller.number() && canRing(member))
                .mapToObj(directory::present)
                .flatMap(Optional::stream)
                .filter(member -> isWanted(caller, member))
                .limit(MOST_CALLED + 1L)
                .toList();
        if (asked.isEmpty()) {
            throw new Refusal(Code.NOT_ALLOWED, "No member is online who takes calls from you. Nobody was called.");
        }
        if (asked.size() > MOST_CALLED) {
            throw new Refusal(
                    Code.TOO_MANY,
                    "More than %d members are online. Call some of them by name; nobody was called."
                            .formatted(MOST_CALLED));
        }
        return asked;
    }

    private boolean isWanted(Account caller, Account other) {
        return switch (other.preferences().calls()) {
            case EVERYONE -> true;
            case FRIENDS -> contacts.friends(other.number()).has(caller.number());
            case NOBODY -> false;
        };
    }

    /** Returns whether a user has a session in which a call can be shown. */
    private boolean canRing(long account) {
        return sessions.of(account).stream()
                .anyMatch(session -> session.dialect().hasConversations() && !session.hasEnded());
    }

    /** Of two users who call each other, the call of the one with the lower number stands. */
    private void checkCrossing(long caller, long called) {
        for (Call other : List.copyOf(calls.values())) {
            if (other.caller == called && other.called.size() == 1 && other.isRinging(caller)) {
                if (called < caller) {
                    throw new Refusal(
                            Code.NOT_ALLOWED,
                            "%s is calling you: answer that. Nobody was called.".formatted(directory.nameOf(called)));
                }
                other.stopsRinging(caller);
                tellAll(caller, null, new DirectEvent.Cancelled(called, caller, other.session));
                other.party(called)
                        .ifPresent(
                                party -> tell(party, new DirectEvent.Ended(called, called, other.session, "crossed")));
                close(other, "crossed");
            }
        }
    }

    private void checkRoom(long account) {
        if (calls.values().stream().filter(call -> call.has(account)).count() >= MOST_SESSIONS) {
            throw new Refusal(
                    Code.TOO_MANY, "You are in %d direct sessions already; end one first.".formatted(MOST_SESSIONS));
        }
    }

    private void ring(Call call, Account caller, Account called, User to) {
        long number = called.number();
        if (!canRing(number)) {
            call.stopsRinging(number);
            call.party(call.caller)
                    .ifPresent(party ->
                            tell(party, new DirectEvent.Declined(number, call.caller, call.session, "offline")));
            return;
        }
        if (contacts.blocked(number).has(caller.number())) {
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
        lock.lock();
        try {
            long number = account.number();
            Call call = call(command.session());
            if (!call.isRinging(number)) {
                throw noSuchSession();
            }
            checkRoom(number);
            Endpoint own = passed(session, call.session, command.own());
            logAnswer(call, account, session, null, own.candidates());
            call.stopsRinging(number);
            if (call.began == null) {
                call.began = clock.instant();
            }
            List<Call.Party> before = call.parties();
            Call.Party party = call.join(number, session, own);
            tellAll(number, session, new DirectEvent.Ended(number, number, call.session, "elsewhere"));
            for (Call.Party other : before) {
                // The caller opens the connection to whoever accepts, and who accepts, to those who did before.
                boolean dials = other.account != call.caller;
                tell(party, introduced(call, other, number, dials));
                tell(other, introduced(call, party, other.account, !dials));
            }
        } finally {
            lock.unlock();
        }
    }

    private DirectEvent.Introduced introduced(Call call, Call.Party who, long to, boolean dials) {
        return new DirectEvent.Introduced(
                who.account, directory.nameOf(who.account), to, call.session, who.endpoint, dials);
    }

    /** @param reason why it was declined; null if it was accepted */
    private void logAnswer(
            Call call, Account account, @Nullable Session session, @Nullable String reason, List<Candidate> addresses) {
        CallEvent event = new CallEvent.Answered(
                AuditTrail.who(account),
                session == null ? null : AuditTrail.peer(session),
                directory.who(List.of(call.caller)),
                reason,
                call.session,
                config.get().audit().directAddresses()
                        ? addresses.stream().map(Candidate::toString).toList()
                        : List.of());
        if (reason == null) {
            audit.log(event);
        } else {
            audit.note(event);
        }
    }

    private void change(Session session, DirectCommand.ChangeCandidates command) {
        lock.lock();
        try {
            Call call = call(command.session());
            Call.Party party = party(call, session);
            List<Candidate> passed = candidates.passed(call.session, command.candidates(), session.address());
            party.endpoint = new Endpoint(passed, party.endpoint.key());
            call.others(party.account)
                    .forEach(other -> tell(
                            other,
                            new DirectEvent.CandidatesChanged(party.account, other.account, call.session, passed)));
        } finally {
            lock.unlock();
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
        }
    }

    private void declined(Call call, long account, @Nullable Session session, String reason) {
        call.stopsRinging(account);
        directory.present(account).ifPresent(who -> logAnswer(call, who, session, reason, List.of()));
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
        }
    }

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
        }
    }

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

    private Call call(String session) {
        Call call = calls.get(session);
        if (call == null) {
            throw noSuchSession();
        }
        return call;
    }

    /** Returns the side of a call that a session is; it may be the one that resumes that side's session. */
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
    private void renew(Call.Party party) {
        if (party.session.hasEnded()) {
            sessions.of(party.account).stream()
                    .filter(other -> !other.hasEnded() && other.device().equals(party.session.device()))
                    .findFirst()
                    .ifPresent(other -> party.session = other);
        }
    }

    private Endpoint passed(Session session, String number, Endpoint own) {
        return new Endpoint(candidates.passed(number, own.candidates(), session.address()), own.key());
    }

    private void tell(Call.Party party, DirectEvent event) {
        renew(party);
        sessions.tell(party.session, event);
    }

    /** Tells all sessions of a user but one. */
    private void tellAll(long account, @Nullable Session but, DirectEvent event) {
        sessions.tell(account, but == null ? "" : but.id(), event);
    }

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

    private void close(Call call, String reason) {
        if (calls.remove(call.session) == null) {
            return;
        }
        Instant began = call.began;
        audit.note(new CallEvent.Ended(
                directory.who(List.of(call.caller)).getFirst(),
                directory.who(call.called),
                reason,
                call.session,
                began == null ? null : Duration.between(began, clock.instant())));
    }

    /** Has a thread look for calls that are to end, as long as there are calls. Called with the lock held. */
    private void sweep() {
        if (sweeper == null && !calls.isEmpty()) {
            sweeper = Thread.ofVirtual().name("calls").start(this::sweepOn);
        }
    }

    private void sweepOn() {
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(1);
                lock.lock();
                try {
                    Instant now = clock.instant();
                    List.copyOf(calls.values()).forEach(call -> sweep(call, now));
                    if (calls.isEmpty()) {
                        sweeper = null;
                        return;
                    }
                } finally {
                    lock.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

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
        lock.lock();
        try {
            if (sweeper != null) {
                sweeper.interrupt();
            }
            List.copyOf(calls.values()).forEach(call -> close(call, "stopped"));
        } finally {
            lock.unlock();
        }
    }
}
