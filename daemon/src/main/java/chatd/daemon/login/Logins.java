package chatd.daemon.login;

import static java.util.Objects.requireNonNullElse;

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
import chatd.daemon.model.Remembered;
import chatd.daemon.model.Token;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.ContactStore;
import chatd.protocol.Gate;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Attention;
import chatd.protocol.value.Code;
import chatd.protocol.value.Document;
import chatd.protocol.value.Limits;
import chatd.protocol.value.Secret;
import chatd.protocol.value.Unread;
import chatd.protocol.value.User;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Logs sessions in and out (rules 1 to 4 of {@code chat-1.md}). */
public final class Logins implements Room {
    /** Maximum number of messages that a resumed session is sent. */
    private static final int MOST_MISSED = 10_000;

    private static final String COPIED =
            "Somebody has tried to log in to your account with an old key of one of your devices: it may have been copied."
                    + " The device was forgotten, and has to log in with the password. If that was not you, change it.";

    private static final String WHY_ENDED = "ended from another session";

    private static final String ENDED = "This session was ended from another one of this account.";

    private final Authenticator authenticator;
    private final Tokens tokens;
    private final Devices devices;

    /** Of the accounts that were resumed in the last minute; a full bucket is as good as a new one. */
    private final Cache<Long, Bucket> resumes =
            Caffeine.newBuilder().expireAfterAccess(Duration.ofMinutes(1)).build();

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

    public Logins(
            ServiceParts parts,
            Authenticator authenticator,
            Tokens tokens,
            Devices devices,
            Conversations conversations,
            History history) {
        this.tokens = tokens;
        this.devices = devices;
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
        routes.logged(SessionCommand.LogInByKey.class, Gate.ANYONE, this::logInByKey);
        routes.logged(SessionCommand.Resume.class, Gate.ANYONE, this::resume);
        routes.logged(SessionCommand.LogOut.class, Gate.LOGGED_IN, (session, command) -> leave(session));
        routes.unlogged(SessionCommand.ListSessions.class, Gate.LOGGED_IN, (session, command) -> list(session));
        routes.logged(
                SessionCommand.EndSession.class, Gate.LOGGED_IN, (session, command) -> end(session, command.session()));
        routes.logged(SessionCommand.EndOtherSessions.class, Gate.LOGGED_IN, (session, command) -> {
            // First the tokens: a session that is being resumed finds that its token has ended, or is ended.
            tokens.endOthers(session);
            devices.forgetOthers(session.account(), session.device());
            sessions.end(session.account(), session.id(), ENDED, WHY_ENDED);
        });
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
            String name = directory.nameFor(command.user());
            Authenticator.Admitted admitted = authenticator.admit(session, "login", name, command.password());
            if (admitted.account().mustChange()) {
                throw authenticator.refused(
                        session, "login", name, Optional.of(admitted.account()), Code.MUST_CHANGE_PASSWORD);
            }
            String rehashed = authenticator.rehashed(session, admitted, command.password());
            String device = requireNonNullElse(command.device(), "");
            long number = admitted.account().number();
            Tokens.Made token =
                    session.dialect().hasConversations() ? tokens.make(number, device, command.quiet()) : null;
            Devices.Made remembered =
                    command.remember() ? devices.first(number, device, session.addressText(), clock.instant()) : null;
            enter(session, admitted, new Entry(command.device(), command.quiet(), token, remembered, -1), rehashed);
            if (remembered != null) {
                devices.trim(number);
            }
        } finally {
            command.password().wipe();
        }
    }

    /**
     * Logs a session in by the key of its device, and answers it with the next key. Blocks until the session is online.
     *
     * @throws Refusal {@link Code#WRONG_PASSWORD} if the key is not good; a key that was used before is taken for a
     *     copy, and its device is forgotten; {@link Code#THROTTLED} and {@link Code#NOT_ALLOWED} as {@link #resume}
     */
    void logInByKey(Session session, SessionCommand.LogInByKey command) throws InterruptedException {
        checkNotLoggedIn(session);
        ReentrantLock lock = devices.lock(command.key());
        lock.lockInterruptibly();
        try {
            Instant now = clock.instant();
            Devices.Found found = devices.find(command.key(), now)
                    .filter(its -> its.device().device().equals(command.device())
                            && isOf(its.device().account(), command.user()))
                    .orElseThrow(() -> refusedSecret(session));
            Account account = directory.present(found.device().account()).orElseThrow(() -> refusedSecret(session));
            if (!found.isGood()) {
                throw copied(session, account, found);
            }
            admitBySecret(session, account);
            Tokens.Made token = tokens.make(account.number(), command.device(), command.quiet());
            Devices.Made next = devices.next(found, session.addressText(), now);
            enter(
                    session,
                    authenticator.recognised(session, account),
                    new Entry(command.device(), command.quiet(), token, next, -1),
                    null);
        } finally {
            lock.unlock();
            command.key().wipe();
        }
    }

    /** Forgets a device of which somebody has an old key, and tells the account's sessions. */
    private Refusal copied(Session session, Account account, Devices.Found found) {
        devices.forget(account.number(), found.device().device());
        audit.caused(
                "login copied key",
                Optional.of(account),
                session,
                new AccountEvent.Refused("login", AuditTrail.who(account), AuditTrail.peer(session), "copied-key"));
        sessions.tell(account.number(), "", new SessionEvent.Notice(COPIED, clock.instant()));
        return new Refusal(Code.WRONG_PASSWORD, "The password is wrong.");
    }

    /**
     * Continues a session whose connection was lost, on another connection, and answers it: with the state of the
     * account, and with what the session has missed. Blocks until the session is online.
     *
     * @throws Refusal {@link Code#WRONG_PASSWORD} if the token is not good; {@link Code#THROTTLED} if the account was
     *     resumed too often of late; {@link Code#NOT_ALLOWED} as {@link #logIn}
     */
    void resume(Session session, SessionCommand.Resume command) throws InterruptedException {
        checkNotLoggedIn(session);
        try {
            Token token = tokens.find(command.token())
                    .filter(good -> command.user() == null || isOf(good.account(), command.user()))
                    .orElseThrow(() -> refusedSecret(session));
            Account account = directory
                    .present(token.account())
                    .filter(its -> tokens.isGood(token, directory.passwordGeneration(its.number())))
                    .orElseThrow(() -> refusedSecret(session));
            admitBySecret(session, account);
            Tokens.Made kept = new Tokens.Made(command.token(), token);
            enter(
                    session,
                    authenticator.recognised(session, account),
                    new Entry(token.device(), token.quiet(), kept, null, command.after()),
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

    /** Admits an account by a token or a key: neither costs a hash, nor counts as a wrong password. */
    private void admitBySecret(Session session, Account account) {
        authenticator.checkCertificate(session, account.name());
        if (account.state() != Account.State.ACTIVE) {
            throw authenticator.refused(session, "login", account.name(), Optional.of(account), Code.DISABLED);
        }
        if (!resumes.get(account.number(), same -> bucket(config.get().rates().resumes()))
                .tryConsume(1)) {
            throw authenticator.refused(session, "login", account.name(), Optional.of(account), Code.THROTTLED);
        }
    }

    private boolean isOf(long account, User user) {
        return directory.user(user).filter(its -> its.number() == account).isPresent();
    }

    private Refusal refusedSecret(Session session) {
        return authenticator.refused(session, "login", "", Optional.empty(), Code.WRONG_PASSWORD);
    }

    private static Bucket bucket(long most) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(most).refillGreedy(1, Duration.ofSeconds(1)))
                .build();
    }
    /**
     * How a session comes in.
     *
     * @param device as in {@link SessionCommand.LogIn}
     * @param token null if its dialect has none
     * @param remembered its device with the next key; null if it is not remembered, or has it already
     * @param after the number of the last message that it was sent before; -1 if it does not resume
     */
    private record Entry(
            @Nullable String device,
            boolean quiet,
            Tokens.@Nullable Made token,
            Devices.@Nullable Made remembered,
            long after) {
        boolean isResumed() {
            return after >= 0;
        }
    }

    private void enter(Session session, Authenticator.Admitted admitted, Entry entry, @Nullable String rehashed)
            throws InterruptedException {
        Known known = known(session, admitted, entry);
        while (true) {
            LogIn attempt = new LogIn(session, entry, known, rehashed);
            try {
                journal.commit(attempt, attempt::enter);
                complete(session, attempt);
                return;
            } catch (Outdated e) {
                // Something has just changed: try again.
                known = known(session, known.admitted(), entry);
            }
        }
    }

    /**
     * What was read of an account before it logs in, which takes a moment.
     *
     * @param received the open requests of others to be friends
     * @param parties its notable conversations, with messages up to {@code upTo}
     * @param generation as {@link Conversations#generation} was before these were read
     * @param upTo the session is sent what has a higher number than this, or than {@code Entry.after}
     * @param behind whether a resumed session has missed too much to be sent
     */
    private record Known(
            Authenticator.Admitted admitted,
            List<SessionEvent.Request> received,
            List<Party> parties,
            long generation,
            long upTo,
            boolean behind) {}

    private Known known(Session session, Authenticator.Admitted admitted, Entry entry) {
        Authenticator.Admitted present = authenticator.withPresentSettings(admitted);
        long number = admitted.account().number();
        if (!session.dialect().hasConversations()) {
            return new Known(present, List.of(), List.of(), 0, Long.MAX_VALUE, false);
        }
        Account account = directory.numbered(number);
        long generation = conversations.generation(number);
        long upTo = sessions.deliveredTo();
        return new Known(
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
        Sessions.LoggedIn loggedIn = attempt.loggedIn;
        if (loggedIn == null) {
            return;
        }
        try (Session.Answer answer = loggedIn.answer()) {
            Account account = directory.numbered(session.account());
            boolean isResumed = attempt.entry.isResumed();
            Known known = attempt.known;
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

    /** Tells the others and the log, once, that the session has ended. */
    @Override
    public void sessionEnded(Session session) {
        logOut(session, session.endedBecause());
    }

    /** Logs a session out at its user's request; the connection stays open. */
    void leave(Session session) {
        tokens.end(session);
        if (session.dialect().hasConversations()) {
            devices.forget(session.account(), session.device());
        }
        logOut(session, "logged out");
        session.loggedOut();
    }

    private void list(Session session) {
        Instant now = clock.instant();
        long account = session.account();
        List<Remembered> remembered = devices.of(account);
        Set<String> labels = remembered.stream().map(Remembered::device).collect(Collectors.toSet());
        List<Session> own = sessions.of(account);
        Set<String> present = own.stream()
                .filter(one -> one.dialect().hasConversations())
                .map(Session::device)
                .collect(Collectors.toSet());
        Stream<SessionEvent.OwnSession> here = own.stream()
                .map(one -> new SessionEvent.OwnSession(
                        one.id(),
                        one.device(),
                        one.dialect().name(),
                        one.addressText(),
                        requireNonNullElse(one.since(), now),
                        now.minusNanos(one.idle()),
                        one == session,
                        one.dialect().hasConversations() && labels.contains(one.device())));
        Stream<SessionEvent.OwnSession> away = remembered.stream()
                .filter(device -> !present.contains(device.device()))
                .map(device -> new SessionEvent.OwnSession(
                        Devices.id(device),
                        device.device(),
                        "",
                        device.address(),
                        device.since(),
                        device.used(),
                        false,
                        true));
        session.answer(new SessionEvent.OwnSessions(Stream.concat(here, away)
                .sorted(Comparator.comparing(SessionEvent.OwnSession::since))
                .toList()));
    }

    /** @throws Refusal {@link Code#NO_SUCH_SESSION} if the user has neither such a session nor such a device */
    private void end(Session session, String id) {
        long account = session.account();
        Optional<Session> own =
                sessions.of(account).stream().filter(one -> one.id().equals(id)).findFirst();
        String device = own.filter(one -> one.dialect().hasConversations())
                .map(Session::device)
                .or(() -> devices.of(account).stream()
                        .filter(one -> Devices.id(one).equals(id))
                        .map(Remembered::device)
                        .findFirst())
                .orElse(null);
        if (own.isEmpty() && device == null) {
            throw new Refusal(Code.NO_SUCH_SESSION, "You have no such session; it may have ended.");
        }
        if (device != null) {
            devices.forget(account, device);
        }
        own.ifPresent(one -> {
            tokens.end(one);
            sessions.end(one, ENDED, WHY_ENDED);
        });
    }

    private void logOut(Session session, String why) {
        tokens.left(session);
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
        private final Entry entry;
        private final Known known;
        private final Authenticator.Admitted admitted;
        private final @Nullable String rehashed;

        /** Time of the previous login. */
        private Optional<Instant> lastLogin = Optional.empty();

        /** Set on the journal's thread, before the decision is reported as committed; null if the session has ended. */
        private Sessions.@Nullable LoggedIn loggedIn;

        LogIn(Session session, Entry entry, Known known, @Nullable String rehashed) {
            this.session = session;
            this.entry = entry;
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
            Tokens.Made token = entry.token();
            if (entry.isResumed()
                    && token != null
                    && !tokens.isGood(token.token(), directory.passwordGeneration(account.number()))) {
                throw authenticator.refused(
                        session, "login", account.name(), Optional.of(account), Code.WRONG_PASSWORD);
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
                            token == null || entry.isResumed() ? null : token.token(),
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
            Optional<Sessions.LoggedIn> entered = sessions.logIn(
                    session,
                    new Sessions.Arrival(
                            account.number(),
                            account.name(),
                            entry.device(),
                            entry.quiet(),
                            change.time(),
                            contacts.friends(account.number()),
                            entry.isResumed()),
                    (displacing, everybody) -> new SessionEvent.Welcome(
                            account.number(),
                            account.name(),
                            change.time(),
                            lastLogin,
                            displacing,
                            everybody.roster(),
                            everybody.numbers(),
                            new Document(admitted.settings()),
                            entry.token() == null
                                    ? null
                                    : state(account, entry.token().secret())));
            loggedIn = entered.orElse(null);
            Tokens.Made token = entry.token();
            if (token != null && entered.isEmpty() && !entry.isResumed()) {
                tokens.discard(token.token());
            } else if (token != null
                    && entered.isPresent()
                    && !tokens.entered(
                            session,
                            token.token(),
                            directory.passwordGeneration(account.number()),
                            entry.isResumed())) {
                sessions.end(session, ENDED, WHY_ENDED);
            }
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
                    unread,
                    account.preferences(),
                    attention,
                    names,
                    new SessionEvent.Server(version, config.get().mayWriteToEveryone(account.everyone()), limits()),
                    token,
                    entry.remembered() == null ? null : entry.remembered().key(),
                    known.behind());
        }

        private Limits limits() {
            Config.Limits limits = config.get().limits();
            return new Limits(limits.text(), limits.file(), limits.recipients(), limits.settings());
        }
    }
}
