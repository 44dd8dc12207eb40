package chatd.daemon.service;

import chatd.audit.AccountEvent;
import chatd.audit.AuditEvent;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.Account;
import chatd.daemon.store.Committed;
import chatd.daemon.store.Entry;
import chatd.protocol.Command;
import chatd.protocol.Event;
import chatd.protocol.Secret;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/** Making accounts and changing them (rules 2 and 13 of {@code chat-1.md}). Methods block. */
public final class Accounts {
    private final Directory directory;
    private final Gatekeeper gatekeeper;
    private final PasswordRules rules;
    private final Hashing hashing;
    private final Throttle throttle;
    private final Journal journal;
    private final Sessions sessions;
    private final AuditTrail audit;
    private final Clock clock;
    private final boolean open;

    Accounts(
            Directory directory,
            Gatekeeper gatekeeper,
            PasswordRules rules,
            Hashing hashing,
            Throttle throttle,
            Journal journal,
            Sessions sessions,
            AuditTrail audit,
            Clock clock,
            boolean open) {
        this.directory = directory;
        this.gatekeeper = gatekeeper;
        this.rules = rules;
        this.hashing = hashing;
        this.throttle = throttle;
        this.journal = journal;
        this.sessions = sessions;
        this.audit = audit;
        this.clock = clock;
        this.open = open;
    }

    /**
     * A stranger makes an account, and is not logged in by it.
     *
     * @throws Refusal {@link Code#CLOSED}, {@link Code#BAD_NAME}, {@link Code#NAME_TAKEN} or {@link Code#BAD_PASSWORD}
     */
    public CompletableFuture<?> register(Session session, Command.Register command) {
        try {
            if (session.isLoggedIn()) {
                throw new Refusal(Code.NOT_ALLOWED, "You are logged in; log out to register another account.");
            }
            if (!open) {
                throw new Refusal(Code.CLOSED, "Registration is closed here. Ask an administrator for an account.");
            }
            throttle.registration(session.address());
            return make(
                    command.name(),
                    command.password(),
                    false,
                    Entry.Kind.REGISTERED,
                    null,
                    Optional.of(AuditTrail.origin(session)),
                    change -> new AccountEvent.Registered(change.number(), whoOf(change), AuditTrail.peer(session)));
        } catch (Refusal e) {
            audit.caused(
                    "register " + e.code().word(),
                    session,
                    new AccountEvent.Refused(
                            "register",
                            audit.typed(command.name(), Optional.empty()),
                            AuditTrail.peer(session),
                            e.code().word()));
            throw e;
        } finally {
            command.password().wipe();
        }
    }

    /**
     * An administrator makes an account.
     *
     * @param by the Unix user
     * @throws Refusal as {@link #register}
     */
    public Account add(String name, Secret password, boolean mustChange, String by) throws InterruptedException {
        CompletableFuture<Committed<Entry.AccountChange>> done = make(
                name,
                password,
                mustChange,
                Entry.Kind.ADDED,
                by,
                Optional.empty(),
                change -> new AccountEvent.AccountChanged(change.number(), whoOf(change), "add", by));
        return directory.numbered(await(done).entry().change().account());
    }

    private CompletableFuture<Committed<Entry.AccountChange>> make(
            String name,
            Secret password,
            boolean mustChange,
            Entry.Kind kind,
            @org.jspecify.annotations.Nullable String by,
            Optional<Entry.Origin> origin,
            Function<Entry.Change, AuditEvent> event) {
        directory.reserve(name);
        CompletableFuture<Committed<Entry.AccountChange>> done;
        try {
            rules.check(password, name);
            String hash = hashing.hash(rules.canonical(password));
            done = journal.submit(new AccountWork(
                    0,
                    2_000,
                    (numbers, now) -> {
                        Account account = Journal.made(numbers, name, mustChange, now);
                        return new Entry.AccountChange(
                                new Entry.Change(
                                        numbers.nextChange(), account.number(), name, kind, now, by, origin, 0),
                                new Entry.AccountMade(account, hash));
                    },
                    event,
                    committed -> {
                        Account account = ((Entry.AccountMade) committed.entry().effect()).account();
                        sessions.announce(account.number(), name, () -> directory.put(account));
                    }));
        } catch (RuntimeException e) {
            directory.release(name);
            throw e;
        }
        return done.whenComplete((committed, failure) -> {
            if (failure != null) {
                directory.release(name);
            }
        });
    }

    /**
     * Changes the password of the named account, before or after log in.
     *
     * @throws Refusal {@link Code#NO_SUCH_USER}, {@link Code#WRONG_PASSWORD} or {@link Code#BAD_PASSWORD}
     */
    public CompletableFuture<?> changePassword(Session session, Command.ChangePassword command)
            throws InterruptedException {
        try {
            Gatekeeper.Admitted admitted = gatekeeper.admit(session, "password", command.name(), command.oldPassword());
            Account account = admitted.account();
            try {
                rules.check(command.newPassword(), account.name());
                if (MessageDigest.isEqual(
                        rules.canonical(command.oldPassword()), rules.canonical(command.newPassword()))) {
                    throw new Refusal(Code.BAD_PASSWORD, "The new password must not be the old one.");
                }
            } catch (Refusal e) {
                throw gatekeeper.refused(session, "password", account.name(), Optional.of(account), Code.BAD_PASSWORD);
            }
            String hash = hashing.hash(rules.canonical(command.newPassword()));
            return setPassword(
                    () -> {
                        Account now = directory.numbered(account.number());
                        if (directory.passwordsSet(now.number()) != admitted.passwordsSet()
                                || now.state() != Account.State.ACTIVE) {
                            throw gatekeeper.refused(
                                    session, "password", now.name(), Optional.of(now), Code.WRONG_PASSWORD);
                        }
                    },
                    account.number(),
                    hash,
                    false,
                    Entry.Kind.PASSWORD,
                    null,
                    Optional.of(AuditTrail.origin(session)),
                    change ->
                            new AccountEvent.PasswordChanged(change.number(), whoOf(change), AuditTrail.peer(session)),
                    session,
                    "The password of this account was changed elsewhere.");
        } finally {
            command.oldPassword().wipe();
            command.newPassword().wipe();
        }
    }

    /**
     * An administrator sets a password.
     *
     * @throws Refusal {@link Code#NO_SUCH_USER} or {@link Code#BAD_PASSWORD}
     */
    public Account reset(String name, Secret password, boolean mustChange, String by) throws InterruptedException {
        Account account = directory
                .named(name)
                .orElseThrow(() -> new Refusal(Code.NO_SUCH_USER, "There is no user called " + name + "."));
        rules.check(password, name);
        String hash = hashing.hash(rules.canonical(password));
        await(setPassword(
                () -> {},
                account.number(),
                hash,
                mustChange,
                Entry.Kind.RESET,
                by,
                Optional.empty(),
                change -> new AccountEvent.AccountChanged(change.number(), whoOf(change), "reset", by),
                null,
                "An administrator has reset the password of this account."));
        return directory.numbered(account.number());
    }

    /** @param recheck refuses, at the moment of the change, what has been overtaken since it was judged */
    private CompletableFuture<Committed<Entry.AccountChange>> setPassword(
            Runnable recheck,
            long number,
            String hash,
            boolean mustChange,
            Entry.Kind kind,
            @org.jspecify.annotations.Nullable String by,
            Optional<Entry.Origin> origin,
            Function<Entry.Change, AuditEvent> event,
            @org.jspecify.annotations.Nullable Session except,
            String farewell) {
        return journal.submit(new AccountWork(
                number,
                2_000,
                (numbers, now) -> {
                    recheck.run();
                    return new Entry.AccountChange(
                            new Entry.Change(
                                    numbers.nextChange(), number, directory.nameOf(number), kind, now, by, origin, 0),
                            new Entry.PasswordSet(hash, mustChange));
                },
                event,
                committed -> {
                    directory.putPassword(directory.numbered(number).withPassword(mustChange));
                    sessions.end(
                            number,
                            except,
                            List.of(new Event.Text(Names.SERVER, clock.instant(), farewell)),
                            kind == Entry.Kind.RESET ? "password reset" : "password changed elsewhere");
                }));
    }

    /** Stores a settings document; whatever it is. */
    public CompletableFuture<?> storeSettings(Session session, Command.StoreSettings command) {
        long number = session.account();
        byte[] document = command.document().bytes();
        return journal.submit(new AccountWork(
                number,
                1_000 + 2L * document.length,
                (numbers, now) -> new Entry.AccountChange(
                        new Entry.Change(
                                numbers.nextChange(),
                                number,
                                directory.nameOf(number),
                                Entry.Kind.SETTINGS,
                                now,
                                null,
                                Optional.of(AuditTrail.origin(session)),
                                document.length),
                        new Entry.SettingsStored(document)),
                change -> new AccountEvent.SettingsStored(
                        change.number(), whoOf(change), AuditTrail.peer(session), document.length),
                committed -> directory.settingsWereStored(number)));
    }

    private static chatd.audit.Who whoOf(Entry.Change change) {
        return chatd.audit.Who.of(change.account(), change.name());
    }

    static <T> T await(CompletableFuture<T> done) throws InterruptedException {
        try {
            return done.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
