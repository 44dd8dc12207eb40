package chatd.daemon.login;

import chatd.audit.event.AccountEvent;
import chatd.daemon.config.Config;
import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.journal.Journal;
import chatd.daemon.messages.Conversations;
import chatd.daemon.messages.History;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.Token;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.session.Arrival;
import chatd.daemon.session.Presence;
import chatd.daemon.session.Session;
import chatd.daemon.session.SessionOutput;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.read.ContactStore;
import chatd.daemon.trail.AuditTrail;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets sessions in: reads the state of their account, commits the login, answers it with that state, and with what was
 * delivered meanwhile, or since the connection of a resumed session was lost (ADR 17). Runs on the session's own thread,
 * and blocks.
 */
final class SessionOpener {
    /** Maximum number of messages that a resumed session is sent. */
    private static final int MAX_MISSED = 10_000;

    private final Authenticator authenticator;
    private final Tokens tokens;
    private final Conversations conversations;
    private final History history;
    private final Restorations restorations;
    private final Welcomes welcomes;
    private final FeatureContext context;
    private final Supplier<Config> config;
    private final Contacts contacts;
    private final ContactStore store;
    private final Directory directory;
    private final Journal journal;
    private final Sessions sessions;
    private final AuditTrail audit;

    SessionOpener(
            FeatureContext context,
            Authenticator authenticator,
            Tokens tokens,
            Conversations conversations,
            History history) {
        this.authenticator = authenticator;
        this.tokens = tokens;
        this.conversations = conversations;
        this.history = history;
        this.restorations = new Restorations(context.stores().restorations().all());
        this.welcomes = new Welcomes(context, restorations);
        this.context = context;
        this.config = context.config();
        this.contacts = context.contacts();
        this.store = context.stores().contacts();
        this.directory = context.directory();
        this.journal = context.journal();
        this.sessions = context.sessions();
        this.audit = context.audit();
    }

    /**
     * Lets a session in. Blocks until it is online and was told what it has missed.
     *
     * @param rehashed as in {@link Effect.LoggedIn}
     * @throws Refusal if the account was changed meanwhile, or the token has ended
     */
    void logIn(Session session, Authenticator.Admitted admitted, LoginRequest request, @Nullable String rehashed)
            throws InterruptedException {
        AccountSnapshot snapshot = read(session, admitted, request);
        while (true) {
            Attempt attempt =
                    new Attempt(session, new LoginProposal(context, tokens, session, request, snapshot, rehashed));
            try {
                journal.commit(attempt.proposal, attempt::enter);
                complete(session, attempt);
                return;
            } catch (LoginProposal.Outdated e) {
                // Something has just changed: try again.
                snapshot = read(session, snapshot.admitted(), request);
            } catch (Authenticator.Overtaken e) {
                Account account = directory.require(admitted.account().number());
                throw authenticator.logRefusal(session, "login", account.name(), Optional.of(account), e.code());
            }
        }
    }

    private AccountSnapshot read(Session session, Authenticator.Admitted admitted, LoginRequest request) {
        Authenticator.Admitted present = authenticator.withPresentSettings(admitted);
        long number = admitted.account().number();
        if (!session.dialect().hasConversations()) {
            return new AccountSnapshot(present, List.of(), List.of(), 0, Long.MAX_VALUE, false);
        }
        Account account = directory.require(number);
        long generation = conversations.generation(number);
        long upTo = sessions.fanout().deliveredTo();
        return new AccountSnapshot(
                present,
                contacts.received(number).isEmpty() ? List.of() : store.received(number),
                conversations.notable(account, upTo),
                generation,
                upTo,
                request.isResumed() && history.hasMoreThan(MAX_MISSED, account, request.after(), upTo));
    }

    /**
     * Completes the answer to a login: sends what was delivered since the state was read, or since the connection of a
     * resumed session was lost, and tells of open requests again.
     */
    private void complete(Session session, Attempt attempt) {
        Presence.LoggedIn loggedIn = attempt.loggedIn;
        if (loggedIn == null) {
            return;
        }
        try (SessionOutput.Answer answer = loggedIn.answer()) {
            Account account = directory.require(session.account());
            boolean isResumed = attempt.proposal.request().isResumed();
            AccountSnapshot snapshot = attempt.proposal.snapshot();
            history.sendMissed(
                    answer,
                    account,
                    isResumed && !snapshot.behind() ? attempt.proposal.request().after() : snapshot.upTo(),
                    loggedIn.deliveredTo());
            restorations
                    .lossOf(attempt.proposal.request(), attempt.proposal.lastLogin())
                    .ifPresent(lost -> answer.send(new SessionEvent.Notice(Restorations.notice(lost), lost.time())));
            for (UserEvent changed : conversations.changedSince(account, snapshot.parties(), snapshot.generation())) {
                answer.send(changed);
            }
            for (SessionEvent.Request request : isResumed ? List.<SessionEvent.Request>of() : snapshot.received()) {
                if (contacts.received(account.number()).has(request.user())) {
                    answer.send(new UserEvent.FriendAsked(
                            request.user(), directory.nameOf(request.user()), account.number(), request.text()));
                }
            }
        } catch (RuntimeException e) {
            // It must not go on with a gap; its client comes back.
            session.abort("database away");
            throw e;
        }
    }

    /** One attempt to log in, from its proposal to the session that is online. */
    private final class Attempt {
        private final Session session;
        private final LoginProposal proposal;

        /** Set on the journal's thread, before the login is reported as committed; null if the session has ended. */
        private Presence.@Nullable LoggedIn loggedIn;

        /** Set on the journal's thread, once the session is entered. */
        private boolean isTokenGood = true;

        Attempt(Session session, LoginProposal proposal) {
            this.session = session;
            this.proposal = proposal;
        }

        /**
         * Marks the session as logged in before any later entry is applied, so that a change that ends the account's
         * sessions ends this one too. Called on the journal's thread.
         */
        void enter(AccountChange committed) {
            LoginRequest request = proposal.request();
            Token token = proposal.token();
            Change change = committed.change();
            Account account = directory.require(change.account());
            boolean isAlone = config.get().sessions().single();
            Optional<Presence.LoggedIn> entered = sessions.presence()
                    .logIn(
                            session,
                            new Arrival(
                                    account.number(),
                                    account.name(),
                                    request.device(),
                                    request.quiet(),
                                    change.time(),
                                    contacts.friends(account.number()),
                                    request.isResumed(),
                                    isAlone),
                            (displacing, everybody) -> {
                                // Before its client can read it: a request with it may come at once.
                                isTokenGood = token == null
                                        || tokens.enter(
                                                session,
                                                token,
                                                directory.passwordGeneration(account.number()),
                                                request.isResumed(),
                                                isAlone);
                                return welcomes.of(proposal, change, account, displacing, everybody);
                            });
            loggedIn = entered.orElse(null);
            if (token != null && entered.isEmpty() && !request.isResumed()) {
                tokens.discard(token);
            }
            if (!isTokenGood) {
                sessions.presence().end(session, OwnSessions.ENDED, OwnSessions.WHY_ENDED);
            }
            if (!session.isLoggedIn()) {
                // It ended while it was being logged in: log that, too.
                audit.logBestEffort(new AccountEvent.LoggedOut(
                        AuditTrail.identityOf(account), AuditTrail.peer(session), session.endedBecause()));
            }
            entered.map(Presence.LoggedIn::displaced)
                    .orElse(List.of())
                    .forEach(other -> audit.logBestEffort(new AccountEvent.Displaced(
                            AuditTrail.identityOf(account), AuditTrail.peer(other), session.id())));
        }
    }
}
