package chatd.daemon.login;

import chatd.audit.event.AccountEvent;
import chatd.daemon.config.Config;
import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.GroupDirectory;
import chatd.daemon.journal.Batching;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.journal.Journal;
import chatd.daemon.journal.Numbers;
import chatd.daemon.journal.Proposal;
import chatd.daemon.messages.Conversations;
import chatd.daemon.messages.History;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.Party;
import chatd.daemon.model.account.Token;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.entry.Origin;
import chatd.daemon.model.message.Conversation;
import chatd.daemon.session.AccountRoster;
import chatd.daemon.session.Arrival;
import chatd.daemon.session.Presence;
import chatd.daemon.session.Session;
import chatd.daemon.session.SessionOutput;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.read.ContactStore;
import chatd.daemon.trail.AuditTrail;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Code;
import chatd.protocol.value.Document;
import chatd.protocol.value.Limits;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.Attention;
import chatd.protocol.value.people.Unread;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lets sessions in: reads the state of their account, commits the login, answers it with that state, and with what was
 * delivered meanwhile, or since the connection of a resumed session was lost (ADR 17). Runs on the session's own thread,
 * and blocks.
 */
final class SessionOpener {
    /** Maximum number of messages that a resumed session is sent. */
    private static final int MOST_MISSED = 10_000;

    private final Authenticator authenticator;
    private final Tokens tokens;
    private final Conversations conversations;
    private final History history;
    private final Supplier<Config> config;
    private final String version;
    private final IntSupplier udpPort;
    private final Contacts contacts;
    private final ContactStore store;
    private final Directory directory;
    private final Journal journal;
    private final Sessions sessions;
    private final AuditTrail audit;

    SessionOpener(
            FeatureContext parts,
            Authenticator authenticator,
            Tokens tokens,
            Conversations conversations,
            History history) {
        this.authenticator = authenticator;
        this.tokens = tokens;
        this.conversations = conversations;
        this.history = history;
        this.config = parts.config();
        this.version = parts.version();
        this.udpPort = parts.udpPort();
        this.contacts = parts.contacts();
        this.store = parts.stores().contacts();
        this.directory = parts.directory();
        this.journal = parts.journal();
        this.sessions = parts.sessions();
        this.audit = parts.audit();
    }

    /**
     * How a session comes in.
     *
     * @param device as in {@link SessionCommand.LogIn}
     * @param token null if its dialect has none
     * @param remembered its device with the next key; null if it is not remembered, or has it already
     * @param after the number of the last message that it was sent before; -1 if it does not resume
     */
    record LoginRequest(
            @Nullable String device,
            boolean quiet,
            Tokens.@Nullable Made token,
            Devices.@Nullable Made remembered,
            long after) {
        boolean isResumed() {
            return after >= 0;
        }
    }

    /**
     * Lets a session in. Blocks until it is online and was told what it has missed.
     *
     * @param rehashed as in {@link Effect.LoggedIn}
     * @throws Refusal if the account was changed meanwhile, or the token has ended
     */
    void logIn(Session session, Authenticator.Admitted admitted, LoginRequest entry, @Nullable String rehashed)
            throws InterruptedException {
        AccountSnapshot known = known(session, admitted, entry);
        while (true) {
            LogIn attempt = new LogIn(session, entry, known, rehashed);
            try {
                journal.commit(attempt, attempt::enter);
                complete(session, attempt);
                return;
            } catch (Outdated e) {
                // Something has just changed: try again.
                known = known(session, known.admitted(), entry);
            } catch (Authenticator.Overtaken e) {
                Account account = directory.numbered(admitted.account().number());
                throw authenticator.refused(session, "login", account.name(), Optional.of(account), e.code());
            }
        }
    }

    /**
     * What was read of an account before it logs in, which takes a moment.
     *
     * @param received the open requests of others to be friends
     * @param parties its notable conversations, with messages up to {@code upTo}
     * @param generation as {@link Conversations#generation} was before these were read
     * @param upTo the session is sent what has a higher number than this, or than {@code LoginRequest.after}
     * @param behind whether a resumed session has missed too much to be sent
     */
    private record AccountSnapshot(
            Authenticator.Admitted admitted,
            List<SessionEvent.Request> received,
            List<Party> parties,
            long generation,
            long upTo,
            boolean behind) {}

    private AccountSnapshot known(Session session, Authenticator.Admitted admitted, LoginRequest entry) {
        Authenticator.Admitted present = authenticator.withPresentSettings(admitted);
        long number = admitted.account().number();
        if (!session.dialect().hasConversations()) {
            return new AccountSnapshot(present, List.of(), List.of(), 0, Long.MAX_VALUE, false);
        }
        Account account = directory.numbered(number);
        long generation = conversations.generation(number);
        long upTo = sessions.fanout().deliveredTo();
        return new AccountSnapshot(
                present,
                contacts.received(number).isEmpty() ? List.of() : store.received(number),
                conversations.notable(account, upTo),
                generation,
                upTo,
                entry.isResumed() && history.isMoreThan(MOST_MISSED, account, entry.after(), upTo));
    }

    /**
     * Completes the answer to a login: sends what was delivered since the state was read, or since the connection of a
     * resumed session was lost, and tells of open requests again.
     */
    private void complete(Session session, LogIn attempt) {
        Presence.LoggedIn loggedIn = attempt.loggedIn;
        if (loggedIn == null) {
            return;
        }
        try (SessionOutput.Answer answer = loggedIn.answer()) {
            Account account = directory.numbered(session.account());
            boolean isResumed = attempt.entry.isResumed();
            AccountSnapshot known = attempt.known;
            history.missed(
                    answer,
                    account,
                    isResumed && !known.behind() ? attempt.entry.after() : known.upTo(),
                    loggedIn.deliveredTo());
            for (UserEvent changed : conversations.changedSince(account, known.parties(), known.generation())) {
                answer.send(changed);
            }
            for (SessionEvent.Request request : isResumed ? List.<SessionEvent.Request>of() : known.received()) {
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

    /** Thrown if what was read of the account is out of date. */
    private static final class Outdated extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Outdated() {
            super("overtaken", null, false, false);
        }
    }

    private final class LogIn implements Proposal<AccountChange> {
        private final Session session;
        private final LoginRequest entry;
        private final AccountSnapshot known;
        private final Authenticator.Admitted admitted;
        private final @Nullable String rehashed;

        /** Null if its dialect has none. */
        private final @Nullable Token token;

        /** Time of the previous login. */
        private Optional<Instant> lastLogin = Optional.empty();

        /** Set on the journal's thread, before the decision is reported as committed; null if the session has ended. */
        private Presence.@Nullable LoggedIn loggedIn;

        /** Set on the journal's thread, once the session is entered. */
        private boolean isTokenGood = true;

        LogIn(Session session, LoginRequest entry, AccountSnapshot known, @Nullable String rehashed) {
            this.session = session;
            this.entry = entry;
            this.known = known;
            this.admitted = known.admitted();
            this.rehashed = rehashed;
            this.token = Optional.ofNullable(entry.token())
                    .map(Tokens.Made::token)
                    .map(its -> entry.isResumed() ? its : its.beginningAfter(known.upTo()))
                    .orElse(null);
        }

        @Override
        public long sender() {
            return admitted.account().number();
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
                throw new Authenticator.Overtaken(
                        account.state() == Account.State.ACTIVE ? Code.WRONG_PASSWORD : Code.DISABLED);
            }
            if (entry.isResumed()
                    && token != null
                    && !tokens.isGood(token, directory.passwordGeneration(account.number()))) {
                throw new Authenticator.Overtaken(Code.WRONG_PASSWORD);
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
                            entry.isResumed() ? Change.Kind.RESUMED : Change.Kind.LOGIN,
                            now,
                            0),
                    new Effect.LoggedIn(
                            origin.address(),
                            origin.port(),
                            admitted.network(),
                            rehashed,
                            entry.isResumed() ? null : token,
                            entry.remembered() == null
                                    ? null
                                    : entry.remembered().device()));
        }

        /**
         * Marks the session as logged in before any later entry is applied, so that a change that ends the account's
         * sessions ends this one too. Called on the journal's thread.
         */
        void enter(AccountChange committed) {
            Change change = committed.change();
            Account account = directory.numbered(change.account());
            boolean isAlone = config.get().sessions().single();
            Optional<Presence.LoggedIn> entered = sessions.presence()
                    .logIn(
                            session,
                            new Arrival(
                                    account.number(),
                                    account.name(),
                                    entry.device(),
                                    entry.quiet(),
                                    change.time(),
                                    contacts.friends(account.number()),
                                    entry.isResumed(),
                                    isAlone),
                            (displacing, everybody) -> {
                                // Before its client can read it: a request with it may come at once.
                                isTokenGood = token == null
                                        || tokens.entered(
                                                session,
                                                token,
                                                directory.passwordGeneration(account.number()),
                                                entry.isResumed(),
                                                isAlone);
                                return welcome(change, account, displacing, everybody);
                            });
            loggedIn = entered.orElse(null);
            if (token != null && entered.isEmpty() && !entry.isResumed()) {
                tokens.discard(token);
            }
            if (!isTokenGood) {
                sessions.presence().end(session, OwnSessions.ENDED, OwnSessions.WHY_ENDED);
            }
            if (!session.isLoggedIn()) {
                // It ended while it was being logged in: log that, too.
                audit.logBestEffort(new AccountEvent.LoggedOut(
                        AuditTrail.who(account), AuditTrail.peer(session), session.endedBecause()));
            }
            entered.map(Presence.LoggedIn::displaced)
                    .orElse(List.of())
                    .forEach(other -> audit.logBestEffort(
                            new AccountEvent.Displaced(AuditTrail.who(account), AuditTrail.peer(other), session.id())));
        }

        private SessionEvent.Welcome welcome(
                Change change, Account account, boolean displacing, AccountRoster everybody) {
            return new SessionEvent.Welcome(
                    account.number(),
                    account.name(),
                    change.time(),
                    lastLogin,
                    displacing,
                    everybody.roster(),
                    everybody.numbers(),
                    new Document(admitted.settings()),
                    entry.token() == null ? null : state(account, entry.token().secret()));
        }

        /** Returns whether somebody has asked to be a friend since the requests were read. */
        private boolean lacksRequests() {
            Set<Long> read =
                    known.received().stream().map(SessionEvent.Request::user).collect(Collectors.toSet());
            return session.dialect().hasConversations()
                    && !read.containsAll(contacts.received(admitted.account().number()));
        }

        private SessionEvent.State state(Account account, Secret token) {
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
                    groups(number),
                    unread,
                    account.preferences(),
                    attention,
                    names,
                    new SessionEvent.Server(
                            version, config.get().mayWriteToEveryone(account.everyone()), udpPort.getAsInt(), limits()),
                    token,
                    entry.remembered() == null ? null : entry.remembered().key(),
                    known.behind());
        }

        private List<SessionEvent.OwnGroup> groups(long account) {
            GroupDirectory groups = directory.groups();
            return groups.of(account).stream()
                    .flatMap(number -> groups.find(number).stream())
                    .map(group -> new SessionEvent.OwnGroup(
                            group.number(),
                            group.name(),
                            groups.members(group.number())
                                    .find(account)
                                    .orElseThrow()
                                    .role(),
                            group.closed()))
                    .toList();
        }

        private Limits limits() {
            Config.Limits limits = config.get().limits();
            Config.Messages messages = config.get().messages();
            return new Limits(
                    limits.text(),
                    limits.file(),
                    limits.recipients(),
                    limits.settings(),
                    messages.retract().map(Duration::toSeconds).orElse(null),
                    messages.correct().map(Duration::toSeconds).orElse(null));
        }
    }
}
