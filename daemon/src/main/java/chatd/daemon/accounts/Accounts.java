package chatd.daemon.accounts;

import chatd.audit.event.AccountEvent;
import chatd.daemon.config.Config;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.NamePolicy;
import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.Batching;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.journal.Journal;
import chatd.daemon.journal.Numbers;
import chatd.daemon.login.Authenticator;
import chatd.daemon.login.Devices;
import chatd.daemon.login.Hashing;
import chatd.daemon.login.PasswordRules;
import chatd.daemon.login.Passwords;
import chatd.daemon.login.Throttle;
import chatd.daemon.login.Tokens;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.Token;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.entry.Origin;
import chatd.daemon.session.Caller;
import chatd.daemon.session.Session;
import chatd.daemon.store.read.AccountStore;
import chatd.daemon.trail.AuditTrail;
import chatd.protocol.Gate;
import chatd.protocol.command.AccountCommand;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Code;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.User;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The operations of users on their own accounts (rules 2, 9 and 13 of {@code chat-1.md}). Methods block. */
public final class Accounts implements Feature {
    /** The period in which the number of renames is limited. */
    private static final Duration RENAME_PERIOD = Duration.ofDays(30);

    private final Supplier<Config> config;
    private final Clock clock;
    private final AccountStore store;
    private final Directory directory;
    private final Authenticator authenticator;
    private final PasswordRules rules;
    private final Hashing hashing;
    private final Throttle throttle;
    private final Journal journal;
    private final AuditTrail audit;
    private final Tokens tokens;
    private final Devices devices;

    public Accounts(
            FeatureContext parts, Authenticator authenticator, Passwords passwords, Tokens tokens, Devices devices) {
        this.devices = devices;
        this.tokens = tokens;
        this.config = parts.config();
        this.clock = parts.clock();
        this.store = parts.stores().accounts();
        this.directory = parts.directory();
        this.authenticator = authenticator;
        this.rules = passwords.rules();
        this.hashing = passwords.hashing();
        this.throttle = passwords.throttle();
        this.journal = parts.journal();
        this.audit = parts.audit();
    }

    @Override
    public void addTo(Routes routes) {
        routes.logged(AccountCommand.Register.class, Gate.ANYONE, (session, command) -> {
            Account account = register(session, command);
            session.answer(new UserEvent.Registered(account.number(), account.name()));
        });
        routes.logged(AccountCommand.ChangePassword.class, Gate.ANYONE, (session, command) -> {
            session.answer(new UserEvent.PasswordChanged(changePassword(session, command)));
        });
        routes.logged(AccountCommand.Rename.class, Gate.LOGGED_IN, (session, command) -> {
            rename(session, command.name());
            session.answer(new UserEvent.NameChanged(command.name()));
        });
        routes.loggedChange(AccountCommand.StoreSettings.class, this::storeSettings);
        routes.loggedChange(AccountCommand.ChangePreferences.class, this::changePreferences);
    }

    /**
     * Registers an account for a caller who is not logged in; does not log in.
     *
     * @throws Refusal {@link Code#NOT_ALLOWED}, {@link Code#CLOSED}, {@link Code#THROTTLED}, {@link Code#BAD_NAME},
     *     {@link Code#NAME_TAKEN}, {@link Code#BAD_PASSWORD} or {@link Code#BUSY}
     */
    public Account register(Caller caller, AccountCommand.Register command) throws InterruptedException {
        try {
            if (caller.isLoggedIn()) {
                throw new Refusal(Code.NOT_ALLOWED, "You are logged in; log out to register another account.");
            }
            if (!config.get().registration().open()) {
                throw new Refusal(Code.CLOSED, "Registration is closed here. Ask an administrator for an account.");
            }
            if (directory.size() >= config.get().registration().maxAccounts()) {
                throw new Refusal(
                        Code.CLOSED, "This server has reached its limit of accounts. Ask an administrator for one.");
            }
            authenticator.checkCertificate(caller, command.name());
            throttle.countRegistration(caller.address());
            Origin origin = caller.origin();
            AccountChange change = create(
                    command.name(),
                    NamePolicy.restricted(config.get().accounts().reserved()),
                    "",
                    command.password(),
                    false,
                    Hashing.Requester.of(caller, config.get()),
                    (numbers, account, now) -> Change.own(
                            origin,
                            numbers.nextPosition(),
                            account.number(),
                            account.name(),
                            Change.Kind.REGISTERED,
                            now,
                            0));
            return directory.require(change.change().account());
        } catch (Refusal e) {
            audit.logCoalesced(
                    "register " + e.code().word(),
                    caller,
                    new AccountEvent.Refused(
                            "register",
                            audit.typedIdentity(command.name(), Optional.empty()),
                            AuditTrail.peer(caller),
                            e.code().word()));
            throw e;
        } finally {
            command.password().wipe();
        }
    }

    /** Makes the record of a change when the journal decides it. */
    interface ChangeFactory {
        /**
         * Returns the record of the change to {@code account}, given in its state as of {@code now}.
         *
         * @throws Refusal if another change has overtaken this one, which then takes no number
         */
        Change of(Numbers numbers, Account account, Instant now);
    }

    /**
     * Creates an account.
     *
     * @param policy which names are allowed
     * @param recording makes the record of the change
     * @throws Refusal {@link Code#BAD_NAME}, {@link Code#NAME_TAKEN} or {@link Code#BAD_PASSWORD}
     */
    AccountChange create(
            String name,
            NamePolicy policy,
            String note,
            Secret password,
            boolean mustChange,
            Hashing.Requester asker,
            ChangeFactory recording)
            throws InterruptedException {
        // Checked in the order of rule 13; no name is reserved for an attempt that is refused.
        directory.check(name, 0, policy);
        rules.check(password, name);
        directory.reserve(name, 0, policy);
        try {
            String hash = hashing.hash(rules.canonical(password), asker);
            return journal.commit(new AccountDecision(Message.SERVER, Batching.ANY, 2_000, (numbers, now) -> {
                Account account = newAccount(numbers, name, note, mustChange, now);
                return new AccountChange(recording.of(numbers, account, now), new Effect.AccountMade(account, hash));
            }));
        } catch (RuntimeException e) {
            directory.release(name);
            throw e;
        }
    }

    /** Returns a new account, with the next account number. */
    Account newAccount(Numbers numbers, String name, String note, boolean mustChange, Instant now) {
        return Account.fresh(
                numbers.nextAccount(),
                name,
                note,
                new Account.Password(mustChange, passwordExpiry(mustChange, now)),
                numbers.lastPosition(),
                now);
    }

    /** Returns when a password set now expires, if it is a one-time password. */
    Optional<Instant> passwordExpiry(boolean mustChange, Instant now) {
        return mustChange ? config.get().accounts().oneTimePassword().map(now::plus) : Optional.empty();
    }

    /**
     * Validates a password and returns its hash.
     *
     * @throws Refusal {@link Code#BAD_PASSWORD}
     */
    String hashPassword(Secret password, String name, Hashing.Requester asker) {
        rules.check(password, name);
        return hashing.hash(rules.canonical(password), asker);
    }

    /**
     * Changes the password of the named account, before or after login.
     *
     * @return the next key of the caller's device; null if that is not remembered
     * @throws Refusal as {@link Authenticator#admit} does, or with {@link Code#BAD_PASSWORD}
     */
    public @Nullable Secret changePassword(Session caller, AccountCommand.ChangePassword command)
            throws InterruptedException {
        try {
            return changePassword(
                    caller,
                    command,
                    authenticator.admit(caller, "password", targetName(caller, command.user()), command.oldPassword()));
        } finally {
            command.oldPassword().wipe();
            command.newPassword().wipe();
        }
    }

    private @Nullable Secret changePassword(
            Session caller, AccountCommand.ChangePassword command, Authenticator.Admitted admitted)
            throws InterruptedException {
        try {
            Account account = admitted.account();
            String hash;
            try {
                if (MessageDigest.isEqual(
                        rules.canonical(command.oldPassword()), rules.canonical(command.newPassword()))) {
                    throw new Refusal(Code.BAD_PASSWORD, "The new password must not be the old one.");
                }
                hash = hashPassword(command.newPassword(), account.name(), Hashing.Requester.of(caller, config.get()));
            } catch (Refusal e) {
                if (e.code() != Code.BAD_PASSWORD) {
                    throw e;
                }
                throw authenticator.logRefusal(
                        caller, "password", account.name(), Optional.of(account), Code.BAD_PASSWORD);
            }
            Origin origin = caller.origin();
            Token token = tokens.of(caller);
            Devices.IssuedKey device = token == null
                    ? null
                    : devices.replaceKey(account.number(), token.device(), caller.addressText(), clock.instant());
            setPassword(account.number(), account.number(), hash, false, token, device, (numbers, current, now) -> {
                if (directory.passwordGeneration(current.number()) != admitted.passwordGeneration()
                        || current.state() != Account.State.ACTIVE) {
                    throw new Authenticator.Overtaken(Code.WRONG_PASSWORD);
                }
                return Change.own(
                        origin, numbers.nextPosition(), current.number(), current.name(), Change.Kind.PASSWORD, now, 0);
            });
            tokens.keep(caller, directory.passwordGeneration(account.number()));
            return device == null ? null : device.key();
        } catch (Authenticator.Overtaken e) {
            Account account = directory.require(admitted.account().number());
            throw authenticator.logRefusal(caller, "password", account.name(), Optional.of(account), e.code());
        }
    }

    /** Returns the name of the account whose password is changed. */
    private String targetName(Caller caller, User user) {
        return user instanceof User.Own && caller.isLoggedIn()
                ? directory.require(caller.account()).name()
                : directory.nameFor(user);
    }

    /**
     * Sets a password, given as its hash, and ends the account's sessions, except the one that makes the change.
     *
     * @param by who requests it, as {@link AccountDecision#sender}
     * @param token the token that stays valid; null for none
     * @param device the device that is not forgotten, with its next key; null for none
     * @param recording makes the record of the change; refuses it if it has been overtaken by then
     */
    AccountChange setPassword(
            long by,
            long number,
            String hash,
            boolean mustChange,
            @Nullable Token token,
            Devices.@Nullable IssuedKey device,
            ChangeFactory recording)
            throws InterruptedException {
        return journal.commit(new AccountDecision(by, new Batching.ChangeOf(number, true), 2_000, (numbers, now) -> {
            Account account = directory.require(number);
            return new AccountChange(
                    recording.of(numbers, account, now),
                    new Effect.PasswordSet(
                            hash,
                            mustChange,
                            passwordExpiry(mustChange, now),
                            token,
                            device == null ? null : device.device()));
        }));
    }

    /**
     * Renames the caller's account; the former name stays reserved for it.
     *
     * @throws Refusal {@link Code#BAD_NAME}, {@link Code#NAME_TAKEN}, {@link Code#NOT_ALLOWED}, or
     *     {@link Code#TOO_MANY} if the user has changed it too often recently
     */
    public void rename(Caller caller, String name) throws InterruptedException {
        long number = caller.account();
        Account account = directory.require(number);
        if (account.name().equals(name)) {
            return;
        }
        int limit = config.get().accounts().renames();
        // The caller's certificate, if there is one, must allow the new name, too.
        authenticator.checkCertificate(caller, name);
        if (store.countRenamesSince(number, clock.instant().minus(RENAME_PERIOD), limit) >= limit) {
            throw new Refusal(
                    Code.TOO_MANY,
                    limit == 0
                            ? "Names are given by administrators here."
                            : "A name can be changed %d times in %d days. Ask an administrator."
                                    .formatted(limit, RENAME_PERIOD.toDays()));
        }
        directory.reserve(
                name, number, NamePolicy.restricted(config.get().accounts().reserved()));
        boolean done = false;
        try {
            Origin origin = caller.origin();
            journal.commit(new AccountDecision(number, new Batching.ChangeOf(number, false), 1_000, (numbers, now) -> {
                Account current = directory.requireActive(number);
                Change change = new Change(
                        numbers.nextPosition(),
                        number,
                        name,
                        Change.Kind.RENAMED,
                        now,
                        current.name(),
                        null,
                        Optional.of(origin),
                        0,
                        0,
                        0);
                return new AccountChange(change, new Effect.AccountUpdated(current.withName(name)));
            }));
            done = true;
        } finally {
            if (!done) {
                directory.release(name);
            }
        }
    }

    /** Changes the caller's preferences. */
    public void changePreferences(Caller caller, AccountCommand.ChangePreferences command) throws InterruptedException {
        long number = caller.account();
        Origin origin = caller.origin();
        // Ends the batch, so that whatever depends on it, such as adding the user to a group, sees
        // it.
        journal.commit(new AccountDecision(number, new Batching.ChangeOf(number, true), 1_000, (numbers, now) -> {
            Account account = directory.requireActive(number);
            Change change =
                    Change.own(origin, numbers.nextPosition(), number, account.name(), Change.Kind.PREFERRED, now, 0);
            return new AccountChange(
                    change, new Effect.AccountUpdated(account.withPreferences(command.applyTo(account.preferences()))));
        }));
    }

    /** Stores a settings document without inspecting it. */
    public void storeSettings(Caller caller, AccountCommand.StoreSettings command) throws InterruptedException {
        long number = caller.account();
        byte[] document = command.document().bytes();
        Origin origin = caller.origin();
        journal.commit(new AccountDecision(
                number, new Batching.ChangeOf(number, false), 1_000 + 2L * document.length, (numbers, now) -> {
                    String name = directory.requireActive(number).name();
                    return new AccountChange(
                            Change.own(
                                    origin,
                                    numbers.nextPosition(),
                                    number,
                                    name,
                                    Change.Kind.SETTINGS,
                                    now,
                                    document.length),
                            new Effect.SettingsStored(document));
                }));
    }
}
