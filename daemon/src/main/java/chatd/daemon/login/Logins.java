package chatd.daemon.login;

import static java.util.Objects.requireNonNullElse;

import chatd.audit.event.AccountEvent;
import chatd.daemon.config.Config;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.FreeText;
import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.limit.KeyedRateLimit;
import chatd.daemon.messages.Conversations;
import chatd.daemon.messages.History;
import chatd.daemon.metrics.Metrics;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.Token;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.trail.AuditTrail;
import chatd.protocol.Gate;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Code;
import chatd.protocol.value.people.User;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/** Logs sessions in and out (rules 1 to 4 of {@code chat-1.md}). */
public final class Logins implements Feature {
    private static final long RESUMES_PER_MINUTE = 60;

    private static final String COPIED =
            "Somebody has tried to log in to your account with an old key of one of your devices: it may have been copied."
                    + " The device was forgotten, and has to log in with the password. If that was not you, change your password.";

    private final Authenticator authenticator;
    private final SessionOpener opener;
    private final LongFunction<Optional<String>> notice;
    private final Tokens tokens;
    private final Devices devices;

    /**
     * Limits the sessions that each account starts with a token or a key ({@code rates.resumes}).
     */
    private final KeyedRateLimit<Long> resumes;

    private final Clock clock;
    private final Directory directory;
    private final Sessions sessions;
    private final AuditTrail audit;
    private final Metrics metrics;

    public Logins(
            FeatureContext parts,
            Authenticator authenticator,
            Tokens tokens,
            Devices devices,
            Conversations conversations,
            History history,
            LongFunction<Optional<String>> notice) {
        this.notice = notice;
        this.opener = new SessionOpener(parts, authenticator, tokens, conversations, history);
        this.tokens = tokens;
        this.devices = devices;
        Supplier<Config> config = parts.config();
        this.resumes = new KeyedRateLimit<>(
                () -> config.get().rates().resumes(), limit -> RESUMES_PER_MINUTE, Duration.ofMinutes(1));
        this.authenticator = authenticator;
        this.clock = parts.clock();
        this.directory = parts.directory();
        this.sessions = parts.sessions();
        this.audit = parts.audit();
        this.metrics = parts.metrics();
    }

    @Override
    public void addTo(Routes routes) {
        routes.logged(SessionCommand.LogIn.class, Gate.ANYONE, counted(this::logIn));
        routes.logged(SessionCommand.LogInByKey.class, Gate.ANYONE, counted(this::logInByKey));
        routes.logged(SessionCommand.Resume.class, Gate.ANYONE, counted(this::resume));
        routes.logged(SessionCommand.LogOut.class, Gate.LOGGED_IN, (session, command) -> logOutOnRequest(session));
    }

    private <C> Routes.Handler<C> counted(Routes.Handler<C> handler) {
        return (session, command) -> {
            try {
                handler.handle(session, command);
                metrics.countLogin();
            } catch (Refusal e) {
                metrics.countRefusedLogin(e.code());
                throw e;
            } catch (DatabaseUnavailable e) {
                metrics.countRefusedLogin(Code.BUSY);
                throw e;
            }
        };
    }

    /**
     * Logs a session in and answers it. Blocks until the session is online.
     *
     * @throws Refusal as {@link Authenticator#admit} does, or with {@link Code#MUST_CHANGE_PASSWORD};
     *     {@link Code#NOT_ALLOWED} also if the session is logged in already
     */
    public void logIn(Session session, SessionCommand.LogIn command) throws InterruptedException {
        checkNotLoggedIn(session);
        try {
            String device = requireNonNullElse(command.device(), "");
            FreeText.checkLine(device, "A device's label is one line, without invisible characters. Nothing was done.");
            String name = directory.nameFor(command.user());
            Authenticator.Admitted admitted = authenticator.admit(session, "login", name, command.password());
            if (admitted.account().mustChange()) {
                throw authenticator.logRefusal(
                        session, "login", name, Optional.of(admitted.account()), Code.MUST_CHANGE_PASSWORD);
            }
            String rehashed = authenticator.rehashed(session, admitted, command.password());
            long number = admitted.account().number();
            Tokens.IssuedToken token =
                    session.dialect().hasConversations() ? tokens.make(number, device, command.quiet()) : null;
            Devices.IssuedKey remembered = command.remember()
                    ? devices.remember(number, device, session.addressText(), clock.instant())
                    : null;
            opener.logIn(
                    session,
                    admitted,
                    new LoginRequest(command.device(), command.quiet(), token, remembered, -1),
                    rehashed);
            if (remembered != null) {
                devices.trim(number);
            }
            greet(session, number);
        } finally {
            command.password().wipe();
        }
    }

    /**
     * Logs a session in by the key of its device, and answers it with the next key. Blocks until
     * the session is online.
     *
     * @throws Refusal {@link Code#WRONG_PASSWORD} if the key is not valid; a key that was used
     *     before is treated as a copy, and its device is forgotten; {@link Code#THROTTLED} and
     *     {@link Code#NOT_ALLOWED} as {@link #resume}
     */
    void logInByKey(Session session, SessionCommand.LogInByKey command) throws InterruptedException {
        checkNotLoggedIn(session);
        long number;
        ReentrantLock lock = devices.lock(command.key());
        lock.lockInterruptibly();
        try {
            Instant now = clock.instant();
            Devices.Found found = devices.find(command.key(), now)
                    .filter(one -> one.device().device().equals(command.device())
                            && isNamedBy(one.device().account(), command.user()))
                    .orElseThrow(() -> refuseSecret(session));
            Account account = directory.findExisting(found.device().account()).orElseThrow(() -> refuseSecret(session));
            if (!found.isValid()) {
                throw refuseCopiedKey(session, account, found);
            }
            checkMayLogInBySecret(session, account);
            Tokens.IssuedToken token = tokens.make(account.number(), command.device(), command.quiet());
            Devices.IssuedKey next = devices.rotateKey(found, session.addressText(), now);
            opener.logIn(
                    session,
                    authenticator.admitWithoutPassword(session, account),
                    new LoginRequest(command.device(), command.quiet(), token, next, -1),
                    null);
            number = account.number();
        } finally {
            lock.unlock();
            command.key().wipe();
        }
        greet(session, number);
    }

    /** Sends a user who has logged in the pending notice, if any. */
    private void greet(Session session, long account) {
        notice.apply(account)
                .ifPresent(text -> sessions.fanout().tell(session, new SessionEvent.Notice(text, clock.instant())));
    }

    /**
     * Forgets a device of which somebody has an old key, and tells the account's sessions; returns
     * the refusal.
     */
    private Refusal refuseCopiedKey(Session session, Account account, Devices.Found found) {
        devices.forget(account.number(), found.device().device());
        audit.logCoalesced(
                "login copied key",
                Optional.of(account),
                session,
                new AccountEvent.Refused(
                        "login", AuditTrail.identityOf(account), AuditTrail.peer(session), "copied-key"));
        sessions.fanout().tell(account.number(), "", new SessionEvent.Notice(COPIED, clock.instant()));
        return new Refusal(Code.WRONG_PASSWORD, "The password is wrong.");
    }

    /**
     * Continues a session whose connection was lost, on another connection, and answers it: with
     * the state of the account, and with what the session has missed. Blocks until the session is
     * online.
     *
     * @throws Refusal {@link Code#WRONG_PASSWORD} if the token is not valid; {@link Code#THROTTLED}
     *     if the account was resumed too often recently; {@link Code#NOT_ALLOWED} as {@link #logIn}
     */
    void resume(Session session, SessionCommand.Resume command) throws InterruptedException {
        checkNotLoggedIn(session);
        try {
            Token token = tokens.find(command.token())
                    .filter(good -> command.user() == null || isNamedBy(good.account(), command.user()))
                    .orElseThrow(() -> refuseSecret(session));
            Account account = directory
                    .findExisting(token.account())
                    .filter(found -> tokens.isValid(token, directory.passwordGeneration(found.number())))
                    .orElseThrow(() -> refuseSecret(session));
            checkMayLogInBySecret(session, account);
            Tokens.IssuedToken kept = new Tokens.IssuedToken(command.token(), token);
            opener.logIn(
                    session,
                    authenticator.admitWithoutPassword(session, account),
                    new LoginRequest(
                            token.device(), token.quiet(), kept, null, Math.max(command.after(), token.begins())),
                    null);
        } finally {
            command.token().wipe();
        }
    }

    private static void checkNotLoggedIn(Session session) {
        if (session.isLoggedIn()) {
            throw new Refusal(Code.NOT_ALLOWED, "You are logged in already, as " + session.name() + ".");
        }
    }

    /**
     * Checks that an account may log in by a token or a key, which costs no password hash and, if wrong, does not count
     * as a wrong password.
     */
    private void checkMayLogInBySecret(Session session, Account account) {
        authenticator.checkCertificate(session, account.name());
        if (account.state() != Account.State.ACTIVE) {
            throw authenticator.logRefusal(session, "login", account.name(), Optional.of(account), Code.DISABLED);
        }
        if (!resumes.take(account.number())) {
            throw authenticator.logRefusal(session, "login", account.name(), Optional.of(account), Code.THROTTLED);
        }
    }

    private boolean isNamedBy(long account, User user) {
        return directory.user(user).filter(found -> found.number() == account).isPresent();
    }

    private Refusal refuseSecret(Session session) {
        return authenticator.logRefusal(session, "login", "", Optional.empty(), Code.WRONG_PASSWORD);
    }

    /** Tells the others and the log, once, that the session has ended. */
    @Override
    public void sessionEnded(Session session) {
        logOut(session, session.endedBecause());
    }

    /** Logs a session out at its user's request; the connection stays open. */
    void logOutOnRequest(Session session) {
        tokens.end(session);
        if (session.dialect().hasConversations()) {
            devices.forget(session.account(), session.device());
        }
        logOut(session, "logged out");
        session.loggedOut();
    }

    private void logOut(Session session, String why) {
        tokens.leave(session);
        sessions.presence().leave(session);
        if (session.isLoggedIn() && session.markLogoutLogged()) {
            audit.logBestEffort(
                    new AccountEvent.LoggedOut(AuditTrail.identityOf(session), AuditTrail.peer(session), why));
        }
    }
}
