package chatd.daemon.direct;

import chatd.audit.event.CallEvent;
import chatd.daemon.config.Config;
import chatd.daemon.directory.Directory;
import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.limit.KeyedRateLimit;
import chatd.daemon.limit.Sweeper;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.daemon.trail.AuditTrail;
import chatd.protocol.Gate;
import chatd.protocol.command.DirectCommand;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.value.Code;
import chatd.protocol.value.direct.Candidate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sets up direct sessions between users (signalling), and logs them (page
 * {@code direct.md}). Nothing is stored: a restart of the daemon forgets the calls, but does not
 * affect the connections between clients. An account is in at most eight calls, each of which takes
 * up to 40 KiB.
 *
 * <p>The calls are in a {@link CallTable}; what must be logged before it takes place is logged here, while the call or the
 * answer waits for it.
 */
public final class Calls implements Feature, AutoCloseable {
    /** The form of the reason that a client may give for an end, which is logged. */
    private static final Pattern WORD = Pattern.compile("[a-z-]{0,32}");

    private static final Duration HOUR = Duration.ofHours(1);

    private final Supplier<Config> config;
    private final Directory directory;
    private final Callees callees;
    private final AuditTrail audit;
    private final Clock clock;
    private final CandidateFilter candidates;
    private final KeyedRateLimit<Long> rate;
    private final CallTable table;

    /** Ends calls that have rung for too long, and removes parties whose connection is lost. */
    private final Sweeper sweeper;

    public Calls(FeatureContext parts, SeenAddresses seen) {
        Sessions sessions = parts.sessions();
        this.config = parts.config();
        this.directory = parts.directory();
        this.callees = new Callees(parts);
        this.audit = parts.audit();
        this.clock = parts.clock();
        this.candidates = new CandidateFilter(seen);
        this.rate = new KeyedRateLimit<>(() -> config.get().direct().calls(), limit -> limit, HOUR);
        this.table = new CallTable(
                directory::nameOf,
                account -> sessions.presence().sessionsOf(account),
                new OutcomeHandler(sessions),
                clock);
        this.sweeper = new Sweeper("calls", Duration.ofSeconds(1), table::sweep);
    }

    @Override
    public void addTo(Routes routes) {
        routes.loggedChange(DirectCommand.Call.class, this::call);
        routes.loggedChange(DirectCommand.Accept.class, this::accept);
        routes.unloggedChange(DirectCommand.ChangeCandidates.class, this::change);
        routes.unlogged(
                DirectCommand.Decline.class,
                Gate.LOGGED_IN,
                (session, command) -> table.decline(session, command.session()));
        routes.unlogged(
                DirectCommand.Cancel.class,
                Gate.LOGGED_IN,
                (session, command) -> table.cancel(session, command.session()));
        routes.unlogged(DirectCommand.EndDirect.class, Gate.LOGGED_IN, this::end);
    }

    private void call(Session session, DirectCommand.Call command) {
        Account caller = directory.requireActive(session.account());
        List<Account> asked = callees.resolve(caller, command);
        Call call = new Call(
                command.session(),
                command.kind(),
                caller.number(),
                session,
                candidates.vet(command.session(), command.own().candidates(), session.address()),
                command.own().key(),
                asked.stream().map(Account::number).toList(),
                clock.instant().plus(config.get().direct().ring()));
        table.begin(call, () -> charge(caller));
        boolean isLogged = false;
        try {
            audit.log(new CallEvent.Called(
                    AuditTrail.identityOf(caller),
                    AuditTrail.peer(session),
                    asked.stream().map(AuditTrail::identityOf).toList(),
                    command.kind().word(),
                    command.session()));
            isLogged = true;
        } finally {
            if (!isLogged) {
                table.forget(call);
            }
        }
        table.ring(call, caller, asked, command.user(), account -> callees.reachable(caller, account));
        sweeper.start();
    }

    private void charge(Account caller) {
        if (!rate.take(caller.number())) {
            throw new Refusal(
                    Code.THROTTLED,
                    "At most %d calls an hour are accepted from one user. Try again later."
                            .formatted(config.get().direct().calls()));
        }
    }

    private void accept(Session session, DirectCommand.Accept command) {
        Account account = directory.requireActive(session.account());
        CandidateFilter.Vetted own =
                candidates.vet(command.session(), command.own().candidates(), session.address());
        Call call = table.startAnswering(account.number(), command.session());
        try {
            audit.log(answeredEvent(call, account, session, null, own.all()));
            table.join(call, account.number(), session, own, command.own().key());
        } finally {
            table.finishAnswering(call, account.number());
        }
    }

    /** @param reason why it was declined; null if it was accepted */
    private CallEvent answeredEvent(
            Call call, Account account, @Nullable Session session, @Nullable String reason, List<Candidate> addresses) {
        return new CallEvent.Answered(
                AuditTrail.identityOf(account),
                session == null ? null : AuditTrail.peer(session),
                directory.who(List.of(call.caller)),
                reason,
                call.sessionId,
                config.get().audit().logDirectAddresses()
                        ? addresses.stream().map(Candidate::toString).toList()
                        : List.of());
    }

    private void change(Session session, DirectCommand.ChangeCandidates command) {
        table.changeAddresses(
                session, command.session(), candidates.vet(command.session(), command.candidates(), session.address()));
    }

    private void end(Session session, DirectCommand.EndDirect command) {
        if (!WORD.matcher(command.reason()).matches()) {
            throw new Refusal(Code.MALFORMED, "reason must be at most 32 lower-case letters and hyphens.");
        }
        table.end(session, command.session(), command.reason());
    }

    /** Notifies those concerned, and logs what has happened. */
    private final class OutcomeHandler implements CallTable.Outcomes {
        private final Sessions sessions;

        OutcomeHandler(Sessions sessions) {
            this.sessions = sessions;
        }

        @Override
        public void tell(Session session, DirectEvent event) {
            sessions.fanout().tell(session, event);
        }

        @Override
        public void tellAll(long account, @Nullable Session but, DirectEvent event) {
            sessions.fanout().tell(account, but == null ? "" : but.id(), event);
        }

        @Override
        public void declined(Call call, long account, @Nullable Session session, String reason) {
            directory
                    .findExisting(account)
                    .ifPresent(who -> audit.logBestEffort(answeredEvent(call, who, session, reason, List.of())));
        }

        @Override
        public void ended(Call call, String reason, @Nullable Duration lasted) {
            audit.logBestEffort(new CallEvent.Ended(
                    directory.who(List.of(call.caller)).getFirst(),
                    directory.who(call.called),
                    reason,
                    call.sessionId,
                    lasted));
        }
    }

    /** Starts the grace period in which a lost connection can be re-established. */
    @Override
    public void connectionClosed(Session session) {
        table.connectionClosed(session);
    }

    /** Returns the number of calls that ring, or of direct sessions that are being held. */
    public int count() {
        return table.size();
    }

    /** Ends the thread, and all calls, which are logged as ended. */
    @Override
    public void close() {
        sweeper.close();
        table.endAll();
    }
}
