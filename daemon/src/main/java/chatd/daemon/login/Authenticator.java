package chatd.daemon.login;

import chatd.audit.event.AccountEvent;
import chatd.daemon.config.Config;
import chatd.daemon.config.Network;
import chatd.daemon.directory.Directory;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.session.Caller;
import chatd.daemon.store.read.AccountStore;
import chatd.daemon.trail.AuditTrail;
import chatd.protocol.value.Code;
import chatd.protocol.value.Secret;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Verifies passwords: counts and throttles wrong ones, and makes an unknown user cost the same as a wrong password.
 * Blocks.
 */
public final class Authenticator {
    private final Directory directory;
    private final AccountStore accounts;
    private final PasswordRules rules;
    private final Hashing hashing;
    private final Throttle throttle;
    private final AuditTrail audit;
    private final Supplier<Config> config;
    private final Clock clock;

    public Authenticator(FeatureContext parts, Passwords passwords) {
        this.directory = parts.directory();
        this.accounts = parts.stores().accounts();
        this.rules = passwords.rules();
        this.hashing = passwords.hashing();
        this.throttle = passwords.throttle();
        this.audit = parts.audit();
        this.config = parts.config();
        this.clock = parts.clock();
    }

    /**
     * An account whose password was verified.
     *
     * @param hash the hash against which the password was verified
     * @param passwordGeneration the value of {@link Directory#passwordGeneration} at that moment
     * @param settings the stored document; empty if there is none
     * @param settingsGeneration the value of {@link Directory#settingsGeneration} at that moment
     */
    public record Admitted(
            Account account,
            String hash,
            long passwordGeneration,
            byte[] settings,
            long settingsGeneration,
            String network) {}

    /** Returns {@code admitted} with the current settings. */
    Admitted withPresentSettings(Admitted admitted) {
        long number = admitted.account().number();
        long stored = directory.settingsGeneration(number);
        if (stored == admitted.settingsGeneration()) {
            return admitted;
        }
        byte[] settings = accounts.credentials(number, admitted.network())
                .map(AccountStore.Credentials::settings)
                .orElse(null);
        return new Admitted(
                admitted.account(),
                admitted.hash(),
                admitted.passwordGeneration(),
                settings == null ? new byte[0] : settings,
                stored,
                admitted.network());
    }

    /**
     * Verifies a name and a password.
     *
     * @param type the type of the event in the log: {@code login} or {@code password}
     * @throws Refusal {@link Code#NO_SUCH_USER}, {@link Code#WRONG_PASSWORD}, {@link Code#DISABLED},
     *     {@link Code#LOCKED}, {@link Code#THROTTLED} or {@link Code#BUSY}; {@link Code#NOT_ALLOWED} if the client's
     *     certificate is not for this account; {@link Code#CLOSED} if the caller has gone meanwhile
     */
    public Admitted admit(Caller caller, String type, String name, Secret password) throws InterruptedException {
        try {
            checkCertificate(caller, name);
        } catch (Refusal e) {
            // Costs no hash, and can be repeated at any rate: coalesced, like other events that strangers can cause.
            audit.logCoalesced(
                    type + " " + e.code().word(),
                    caller,
                    new AccountEvent.Refused(
                            type,
                            audit.typedIdentity(name, directory.named(name)),
                            AuditTrail.peer(caller),
                            e.code().word()));
            throw e;
        }
        String network = Network.ofClient(caller.address()).toString();
        Optional<Snapshot> found = read(name, network);
        boolean known = found.map(Snapshot::isKnownNetwork).orElse(false);
        Throttle.Target target = found.map(
                        snapshot -> Throttle.Target.account(snapshot.account().number()))
                .orElseGet(() -> Throttle.Target.nobody(name));
        Throttle.Attempt attempt = throttle.attempt(target, caller.address(), known, caller.countPasswordAttempt());
        if (!attempt.delay().isZero()) {
            audit.logCoalesced(
                    "throttled",
                    directory.named(name),
                    caller,
                    new AccountEvent.Throttled(
                            audit.typedIdentity(name, directory.named(name)),
                            AuditTrail.peer(caller),
                            attempt.delay()));
        }
        boolean right;
        try {
            // Delayed first: an attempt whose client has gone then costs no hash, and the password is verified against
            // the current state.
            attempt.await(caller::hasEnded);
            if (!attempt.delay().isZero()) {
                found = read(name, network);
            }
            right = isRight(found, password, Hashing.Requester.of(caller, config.get()));
        } catch (RuntimeException e) {
            attempt.takeBack();
            throw e;
        }
        if (!right) {
            Refusal refusal = logRefusal(
                    caller,
                    type,
                    name,
                    found.map(Snapshot::account),
                    found.isEmpty() ? Code.NO_SUCH_USER : Code.WRONG_PASSWORD);
            throw config.get().accounts().concealUsers() ? refusal(Code.WRONG_PASSWORD) : refusal;
        }
        attempt.recordSuccess();
        caller.resetPasswordAttempts();
        Snapshot snapshot = found.orElseThrow();
        Account.State state = snapshot.account().stateAt(clock.instant());
        if (state != Account.State.ACTIVE) {
            throw logRefusal(
                    caller,
                    type,
                    name,
                    Optional.of(snapshot.account()),
                    state == Account.State.LOCKED ? Code.LOCKED : Code.DISABLED);
        }
        return snapshot.admitted(network);
    }

    /**
     * Checks a name against the client's certificate, if certificates must name the account.
     *
     * @throws Refusal {@link Code#NOT_ALLOWED} if the certificate does not name this account
     */
    public void checkCertificate(Caller caller, String name) {
        String certificateName = caller.certificateName();
        if (config.get().tls().clientNames() && !name.equals(certificateName)) {
            throw new Refusal(
                    Code.NOT_ALLOWED,
                    certificateName == null
                            ? "Your certificate names no account."
                            : "Your certificate is for the account " + certificateName + " alone.");
        }
    }

    /** Returns an account that is admitted without its password. */
    Admitted admitWithoutPassword(Caller caller, Account account) {
        String network = Network.ofClient(caller.address()).toString();
        return read(account.name(), network)
                .orElseThrow(() -> refusal(Code.WRONG_PASSWORD))
                .admitted(network);
    }

    /** A snapshot of an account and its credentials. */
    private record Snapshot(
            Account account, AccountStore.Credentials credentials, long passwordGeneration, long settingsGeneration) {
        boolean isKnownNetwork() {
            return credentials.knownNetwork();
        }

        Admitted admitted(String network) {
            byte[] settings = credentials.settings();
            return new Admitted(
                    account,
                    credentials.hash(),
                    passwordGeneration,
                    settings == null ? new byte[0] : settings,
                    settingsGeneration,
                    network);
        }
    }

    /** Reads a snapshot; empty for a name that nobody has, at the same cost. */
    private Optional<Snapshot> read(String name, String network) {
        Optional<Account> account = directory.named(name);
        long number = account.map(Account::number).orElse(0L);
        // Read before the row, so that a change in between makes the snapshot out of date.
        long passwordGeneration = directory.passwordGeneration(number);
        long settingsGeneration = directory.settingsGeneration(number);
        Optional<AccountStore.Credentials> credentials = accounts.credentials(number, network);
        return account.flatMap(
                there -> credentials.map(with -> new Snapshot(there, with, passwordGeneration, settingsGeneration)));
    }

    private boolean isRight(Optional<Snapshot> found, Secret password, Hashing.Requester asker) {
        byte[] canonical = rules.canonical(password);
        if (found.isEmpty()) {
            hashing.verifyDummy(canonical, asker);
            return false;
        }
        return hashing.verify(found.get().credentials().hash(), canonical, asker);
    }

    /**
     * Thrown by a decision if the account was changed after its password was verified. The
     * journal's thread, which decides, must not wait for the log: the thread that waits for the
     * decision logs the refusal, with {@link #logRefusal}.
     */
    public static final class Overtaken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final Code code;

        public Overtaken(Code code) {
            super(code.word(), null, false, false);
            this.code = code;
        }

        public Code code() {
            return code;
        }
    }

    /**
     * Logs a refusal and returns it to be thrown; coalesced, since anyone who can connect can cause
     * as many as the server can hash.
     */
    public Refusal logRefusal(Caller caller, String type, String name, Optional<Account> account, Code code) {
        audit.logCoalesced(
                type + " " + code.word(),
                account,
                caller,
                new AccountEvent.Refused(
                        type, audit.typedIdentity(name, account), AuditTrail.peer(caller), code.word()));
        return refusal(code);
    }

    private static Refusal refusal(Code code) {
        return new Refusal(
                code,
                switch (code) {
                    case NO_SUCH_USER -> "There is no such user.";
                    case DISABLED -> "The account is disabled.";
                    case LOCKED -> "The account is locked.";
                    case MUST_CHANGE_PASSWORD -> "The password must be changed first.";
                    default -> "The password is wrong.";
                });
    }

    /** Returns a new hash of the password if its hash is weaker than configured; otherwise null. */
    @org.jspecify.annotations.Nullable
    String rehashed(Caller caller, Admitted admitted, Secret password) {
        return hashing.isWeak(admitted.hash())
                ? hashing.hash(rules.canonical(password), Hashing.Requester.of(caller, config.get()))
                : null;
    }
}
