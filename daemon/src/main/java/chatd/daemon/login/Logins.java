package chatd.daemon.login;

import chatd.audit.event.AccountEvent;
import chatd.daemon.directory.Directory;
import chatd.daemon.dispatch.Room;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.AuditTrail;
import chatd.daemon.journal.Batching;
import chatd.daemon.journal.Decision;
import chatd.daemon.journal.Journal;
import chatd.daemon.journal.Numbers;
import chatd.daemon.journal.ServiceParts;
import chatd.daemon.model.Account;
import chatd.daemon.model.AccountChange;
import chatd.daemon.model.Change;
import chatd.daemon.model.Effect;
import chatd.daemon.model.Origin;
import chatd.daemon.model.Refusal;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.protocol.Gate;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Code;
import chatd.protocol.value.Document;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Logs sessions in and out (rules 1 to 4 of {@code chat-1.md}). */
public final class Logins implements Room {
    private static final String WHY_ENDED = "ended from another session";

    private static final String ENDED = "This session was ended from another one of this account.";

    private final Authenticator authenticator;
    private final Clock clock;
    private final Directory directory;
    private final Journal journal;
    private final Sessions sessions;
    private final AuditTrail audit;

    public Logins(ServiceParts parts, Authenticator authenticator) {
        this.authenticator = authenticator;
        this.clock = parts.clock();
        this.directory = parts.directory();
        this.journal = parts.journal();
        this.sessions = parts.sessions();
        this.audit = parts.audit();
    }

    @Override
    public void addTo(Routes routes) {
        routes.logged(SessionCommand.LogIn.class, Gate.ANYONE, this::logIn);
        routes.logged(SessionCommand.LogOut.class, Gate.LOGGED_IN, (session, command) -> leave(session));
        routes.unlogged(SessionCommand.ListSessions.class, Gate.LOGGED_IN, (session, command) -> list(session));
        routes.logged(
                SessionCommand.EndSession.class, Gate.LOGGED_IN, (session, command) -> end(session, command.session()));
        routes.logged(
                SessionCommand.EndOtherSessions.class,
                Gate.LOGGED_IN,
                (session, command) -> sessions.end(session.account(), session.id(), ENDED, WHY_ENDED));
    }

    /**
     * Logs a session in and answers it. Blocks until the session is online.
     *
     * @throws Refusal as {@link Authenticator#admit} does, or with {@link Code#MUST_CHANGE_PASSWORD};
     *     {@link Code#NOT_ALLOWED} also if the session is logged in already
     */
    public void logIn(Session session, SessionCommand.LogIn command) throws InterruptedException {
        if (session.isLoggedIn()) {
            throw new Refusal(Code.NOT_ALLOWED, "You are logged in already, as " + session.name() + ".");
        }
        try {
            String name = directory.nameFor(command.user());
            Authenticator.Admitted admitted = authenticator.admit(session, "login", name, command.password());
            if (admitted.account().mustChange()) {
                throw authenticator.refused(
                        session, "login", name, Optional.of(admitted.account()), Code.MUST_CHANGE_PASSWORD);
            }
            String rehashed = authenticator.rehashed(session, admitted, command.password());
            while (true) {
                LogIn attempt =
                        new LogIn(session, command.device(), authenticator.withPresentSettings(admitted), rehashed);
                try {
                    journal.commit(attempt, attempt::enter);
                    return;
                } catch (SettingsOutdated e) {
                    // Another session of the account has just stored new settings: try again.
                }
            }
        } finally {
            command.password().wipe();
        }
    }

    /** Tells the others and the log, once, that the session has ended. */
    @Override
    public void sessionEnded(Session session) {
        logOut(session, session.endedBecause());
    }

    /** Logs a session out at its user's request; the connection stays open. */
    void leave(Session session) {
        logOut(session, "logged out");
        session.loggedOut();
    }

    private void list(Session session) {
        Instant now = clock.instant();
        session.answer(new SessionEvent.OwnSessions(sessions.of(session.account()).stream()
                .map(own -> new SessionEvent.OwnSession(
                        own.id(),
                        own.device(),
                        own.dialect().name(),
                        own.addressText(),
                        Objects.requireNonNullElse(own.since(), now),
                        now.minusNanos(own.idle()),
                        own == session))
                .sorted(Comparator.comparing(SessionEvent.OwnSession::since))
                .toList()));
    }

    /** @throws Refusal {@link Code#NO_SUCH_SESSION} if the user has no such session */
    private void end(Session session, String id) {
        Session own = sessions.of(session.account()).stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new Refusal(Code.NO_SUCH_SESSION, "You have no such session; it may have ended."));
        sessions.end(own, ENDED, WHY_ENDED);
    }

    private void logOut(Session session, String why) {
        sessions.leave(session);
        if (session.isLoggedIn() && session.markLogoutLogged()) {
            audit.note(new AccountEvent.LoggedOut(AuditTrail.who(session), AuditTrail.peer(session), why));
        }
    }

    /** Thrown if the settings that were read are out of date. */
    private static final class SettingsOutdated extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SettingsOutdated() {
            super("overtaken", null, false, false);
        }
    }

    private final class LogIn implements Decision<AccountChange> {
        private final Session session;
        private final @Nullable String device;
        private final Authenticator.Admitted admitted;
        private final @Nullable String rehashed;

        /** Time of the previous login. */
        private Optional<Instant> lastLogin = Optional.empty();

        LogIn(Session session, @Nullable String device, Authenticator.Admitted admitted, @Nullable String rehashed) {
            this.session = session;
            this.device = device;
            this.admitted = admitted;
            this.rehashed = rehashed;
        }

        @Override
        public Batching batching() {
            return new Batching.ChangeOf(admitted.account().number(), false);
        }

        @Override
        public long bytes() {
            return 1_000;
        }

        @Override
        public AccountChange decide(Numbers numbers, Instant now) {
            Account account = directory.numbered(admitted.account().number());
            if (directory.passwordGeneration(account.number()) != admitted.passwordGeneration()
                    || account.state() != Account.State.ACTIVE) {
                throw authenticator.refused(
                        session,
                        "login",
                        account.name(),
                        Optional.of(account),
                        account.state() == Account.State.ACTIVE ? Code.WRONG_PASSWORD : Code.DISABLED);
            }
            if (directory.settingsGeneration(account.number()) != admitted.settingsGeneration()) {
                throw new SettingsOutdated();
            }
            lastLogin = account.lastLogin().map(Account.Login::time);
            Origin origin = session.origin();
            return new AccountChange(
                    Change.own(
                            origin,
                            numbers.nextPosition(),
                            account.number(),
                            account.name(),
                            Change.Kind.LOGIN,
                            now,
                            0),
                    new Effect.LoggedIn(origin.address(), origin.port(), admitted.network(), rehashed));
        }

        /**
         * Marks the session as logged in before any later entry is applied, so that a change that ends the account's
         * sessions ends this one too. Called on the journal's thread.
         */
        void enter(AccountChange entry) {
            Change change = entry.change();
            Account account = directory.numbered(change.account());
            List<Session> displaced = sessions.logIn(
                    session,
                    account.number(),
                    account.name(),
                    device,
                    change.time(),
                    (displacing, everybody) -> new SessionEvent.Welcome(
                            account.number(),
                            account.name(),
                            change.time(),
                            lastLogin,
                            displacing,
                            everybody.roster(),
                            everybody.numbers(),
                            new Document(admitted.settings())));
            if (!session.isLoggedIn()) {
                // It ended while it was being logged in: log that, too.
                audit.note(new AccountEvent.LoggedOut(
                        AuditTrail.who(account), AuditTrail.peer(session), session.endedBecause()));
            }
            displaced.forEach(other -> audit.note(
                    new AccountEvent.Displaced(AuditTrail.who(account), AuditTrail.peer(other), session.id())));
        }
    }
}
