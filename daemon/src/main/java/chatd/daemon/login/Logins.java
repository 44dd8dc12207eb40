package chatd.daemon.login;

import chatd.audit.event.AccountEvent;
import chatd.daemon.config.Config;
import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.dispatch.Room;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.AuditTrail;
import chatd.daemon.journal.Batching;
import chatd.daemon.journal.Decision;
import chatd.daemon.journal.Journal;
import chatd.daemon.journal.Numbers;
import chatd.daemon.journal.ServiceParts;
import chatd.daemon.messages.Conversations;
import chatd.daemon.messages.History;
import chatd.daemon.model.Account;
import chatd.daemon.model.AccountChange;
import chatd.daemon.model.Change;
import chatd.daemon.model.Conversation;
import chatd.daemon.model.Effect;
import chatd.daemon.model.Origin;
import chatd.daemon.model.Party;
import chatd.daemon.model.Refusal;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.ContactStore;
import chatd.daemon.store.DatabaseUnavailable;
import chatd.protocol.Gate;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Attention;
import chatd.protocol.value.Code;
import chatd.protocol.value.Document;
import chatd.protocol.value.Limits;
import chatd.protocol.value.Unread;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Logs sessions in and out (rules 1 to 4 of {@code chat-1.md}). */
public final class Logins implements Room {
    private static final String WHY_ENDED = "ended from another session";

    private static final String ENDED = "This session was ended from another one of this account.";

    private final Authenticator authenticator;
    private final Conversations conversations;
    private final History history;
    private final Supplier<Config> config;
    private final String version;
    private final Contacts contacts;
    private final ContactStore store;
    private final Clock clock;
    private final Directory directory;
    private final Journal journal;
    private final Sessions sessions;
    private final AuditTrail audit;

    public Logins(ServiceParts parts, Authenticator authenticator, Conversations conversations, History history) {
        this.conversations = conversations;
        this.history = history;
        this.config = parts.config();
        this.version = parts.version();
        this.contacts = parts.contacts();
        this.store = parts.stores().contacts();
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
            Known known = known(session, admitted);
            while (true) {
                LogIn attempt = new LogIn(session, command, known, rehashed);
                try {
                    journal.commit(attempt, attempt::enter);
                    complete(session, attempt);
                    return;
                } catch (Outdated e) {
                    // Something has just changed: try again.
                    known = known(session, known.admitted());
                }
            }
        } finally {
            command.password().wipe();
        }
    }

    /**
     * What was read of an account before it logs in, which takes a moment.
     *
     * @param received the open requests of others to be friends
     * @param parties its notable conversations, with messages up to {@code upTo}; empty if its dialect has none
     */
    private record Known(
            Authenticator.Admitted admitted, List<SessionEvent.Request> received, List<Party> parties, long upTo) {}

    private Known known(Session session, Authenticator.Admitted admitted) {
        Authenticator.Admitted present = authenticator.withPresentSettings(admitted);
        long number = admitted.account().number();
        if (!session.dialect().hasConversations()) {
            return new Known(present, List.of(), List.of(), Long.MAX_VALUE);
        }
        long upTo = sessions.deliveredTo();
        return new Known(
                present,
                contacts.received(number).isEmpty() ? List.of() : store.received(number),
                conversations.notable(directory.numbered(number), upTo),
                upTo);
    }

    /**
     * Completes the answer to a login: sends what was delivered since the state was read, and tells of open requests
     * again.
     */
    private void complete(Session session, LogIn attempt) {
        Sessions.LoggedIn loggedIn = attempt.loggedIn;
        if (loggedIn == null) {
            return;
        }
        try (Session.Answer answer = loggedIn.answer()) {
            Account account = directory.numbered(session.account());
            history.missed(answer, account, attempt.known.upTo(), loggedIn.deliveredTo());
            for (SessionEvent.Request request : attempt.known.received()) {
                answer.send(new UserEvent.FriendAsked(
                        request.user(), directory.nameOf(request.user()), account.number(), request.text()));
            }
        } catch (DatabaseUnavailable e) {
            // It must not go on with a gap.
            session.abort("database away");
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

    /** Thrown if what was read of the account is out of date. */
    private static final class Outdated extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Outdated() {
            super("overtaken", null, false, false);
        }
    }

    private final class LogIn implements Decision<AccountChange> {
        private final Session session;
        private final SessionCommand.LogIn command;
        private final Known known;
        private final Authenticator.Admitted admitted;
        private final @Nullable String rehashed;

        /** Time of the previous login. */
        private Optional<Instant> lastLogin = Optional.empty();

        /** Set on the journal's thread, before the decision is reported as committed; null if the session has ended. */
        private Sessions.@Nullable LoggedIn loggedIn;

        LogIn(Session session, SessionCommand.LogIn command, Known known, @Nullable String rehashed) {
            this.session = session;
            this.command = command;
            this.known = known;
            this.admitted = known.admitted();
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
            if (directory.settingsGeneration(account.number()) != admitted.settingsGeneration() || lacksRequests()) {
                throw new Outdated();
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
            Optional<Sessions.LoggedIn> entered = sessions.logIn(
                    session,
                    new Sessions.Arrival(
                            account.number(),
                            account.name(),
                            command.device(),
                            command.quiet(),
                            change.time(),
                            contacts.friends(account.number())),
                    (displacing, everybody) -> new SessionEvent.Welcome(
                            account.number(),
                            account.name(),
                            change.time(),
                            lastLogin,
                            displacing,
                            everybody.roster(),
                            everybody.numbers(),
                            new Document(admitted.settings()),
                            session.dialect().hasConversations() ? state(account) : null));
            loggedIn = entered.orElse(null);
            if (!session.isLoggedIn()) {
                // It ended while it was being logged in: log that, too.
                audit.note(new AccountEvent.LoggedOut(
                        AuditTrail.who(account), AuditTrail.peer(session), session.endedBecause()));
            }
            entered.map(Sessions.LoggedIn::displaced)
                    .orElse(List.of())
                    .forEach(other -> audit.note(
                            new AccountEvent.Displaced(AuditTrail.who(account), AuditTrail.peer(other), session.id())));
        }

        /** Returns whether somebody has asked to be a friend since the requests were read. */
        private boolean lacksRequests() {
            Set<Long> read =
                    known.received().stream().map(SessionEvent.Request::user).collect(Collectors.toSet());
            return session.dialect().hasConversations()
                    && !read.containsAll(contacts.received(admitted.account().number()));
        }

        private SessionEvent.State state(Account account) {
            long number = account.number();
            List<SessionEvent.Request> received = known.received().stream()
                    .filter(request -> contacts.received(number).has(request.user()))
                    .toList();
            SortedMap<Long, Unread> unread = new TreeMap<>();
            SortedMap<Long, Attention> attention = new TreeMap<>();
            for (Party party : known.parties()) {
                long with = Conversation.with(party.conversation(), number);
                if (party.unread().count() > 0) {
                    unread.put(with, party.unread());
                }
                if (!party.attention().equals(Attention.DEFAULT)) {
                    attention.put(with, party.attention());
                }
            }
            SortedMap<Long, String> names = new TreeMap<>();
            Stream.of(
                            received.stream().map(SessionEvent.Request::user),
                            contacts.asked(number).stream(),
                            contacts.blocked(number).stream(),
                            unread.keySet().stream(),
                            attention.keySet().stream())
                    .flatMap(Function.identity())
                    .filter(other -> other != Conversation.EVERYONE)
                    .forEach(other -> names.put(other, directory.nameOf(other)));
            return new SessionEvent.State(
                    contacts.friends(number),
                    received,
                    contacts.asked(number),
                    contacts.blocked(number),
                    unread,
                    account.preferences(),
                    attention,
                    names,
                    new SessionEvent.Server(version, config.get().mayWriteToEveryone(account.everyone()), limits()));
        }

        private Limits limits() {
            Config.Limits limits = config.get().limits();
            return new Limits(limits.text(), limits.file(), limits.recipients(), limits.settings());
        }
    }
}
