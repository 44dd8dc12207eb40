package chatd.daemon.service;

import chatd.audit.AccountEvent;
import chatd.daemon.config.Network;
import chatd.daemon.session.Session;
import chatd.daemon.store.Account;
import chatd.daemon.store.AccountStore;
import chatd.protocol.Secret;
import java.util.Optional;

/**
 * Judges passwords: counts and slows down wrong ones, and lets a user who does not exist cost the same as a wrong
 * password. Blocks.
 */
final class Gatekeeper {
    private final Directory directory;
    private final AccountStore accounts;
    private final PasswordRules rules;
    private final Hashing hashing;
    private final Throttle throttle;
    private final AuditTrail audit;
    private final boolean conceal;

    /** @param conceal whether to say that a password was wrong where there is no such user */
    Gatekeeper(
            Directory directory,
            AccountStore accounts,
            PasswordRules rules,
            Hashing hashing,
            Throttle throttle,
            AuditTrail audit,
            boolean conceal) {
        this.directory = directory;
        this.accounts = accounts;
        this.rules = rules;
        this.hashing = hashing;
        this.throttle = throttle;
        this.audit = audit;
        this.conceal = conceal;
    }

    /**
     * An account whose password was right.
     *
     * @param hash the password's, as it was judged
     * @param passwordsSet as {@link Directory#passwordsSet}, of that moment
     * @param settings the stored document; empty where none is
     * @param settingsStored as {@link Directory#settingsStored}, of that moment
     */
    record Admitted(
            Account account, String hash, long passwordsSet, byte[] settings, long settingsStored, String network) {}

    /** The same, with the settings as they are now. */
    Admitted withPresentSettings(Admitted admitted) {
        long number = admitted.account().number();
        long stored = directory.settingsStored(number);
        if (stored == admitted.settingsStored()) {
            return admitted;
        }
        byte[] settings = accounts.credentials(number, admitted.network())
                .map(AccountStore.Credentials::settings)
                .orElse(null);
        return new Admitted(
                admitted.account(),
                admitted.hash(),
                admitted.passwordsSet(),
                settings == null ? new byte[0] : settings,
                stored,
                admitted.network());
    }

    /**
     * Judges a name and a password.
     *
     * @param type of the event in the log: {@code login} or {@code password}
     * @throws Refusal {@link Code#NO_SUCH_USER}, {@link Code#WRONG_PASSWORD}, {@link Code#DISABLED} or {@link Code#BUSY}
     */
    Admitted admit(Session session, String type, String name, Secret password) throws InterruptedException {
        Optional<Account> account = directory.named(name);
        long number = account.map(Account::number).orElse(0L);
        long passwordsSet = directory.passwordsSet(number);
        long settingsStored = directory.settingsStored(number);
        String network = Network.ofClient(session.address()).toString();
        Optional<AccountStore.Credentials> credentials = accounts.credentials(number, network);
        boolean known = credentials.map(AccountStore.Credentials::knownNetwork).orElse(false);
        Throttle.Attempt attempt = throttle.attempt(name, session.address(), known);
        if (!attempt.delay().isZero()) {
            audit.log(
                    new AccountEvent.Throttled(audit.typed(name, account), AuditTrail.peer(session), attempt.delay()));
        }
        boolean right;
        try {
            right = isRight(credentials, password);
        } catch (RuntimeException e) {
            attempt.takeBack();
            throw e;
        }
        attempt.await();
        if (!right) {
            Code code = account.isEmpty() ? Code.NO_SUCH_USER : Code.WRONG_PASSWORD;
            Refusal refusal = refused(session, type, name, account, code);
            throw conceal ? refusal(Code.WRONG_PASSWORD) : refusal;
        }
        attempt.right();
        Account there = account.orElseThrow();
        if (there.state() != Account.State.ACTIVE) {
            throw refused(session, type, name, account, Code.DISABLED);
        }
        AccountStore.Credentials with = credentials.orElseThrow();
        byte[] settings = with.settings();
        return new Admitted(
                there, with.hash(), passwordsSet, settings == null ? new byte[0] : settings, settingsStored, network);
    }

    private boolean isRight(Optional<AccountStore.Credentials> credentials, Secret password) {
        byte[] canonical = rules.canonical(password);
        if (credentials.isEmpty()) {
            hashing.verifyNobodys(canonical);
            return false;
        }
        return hashing.verify(credentials.get().hash(), canonical);
    }

    /** Logs a refusal, to be thrown. */
    Refusal refused(Session session, String type, String name, Optional<Account> account, Code code) {
        audit.log(new AccountEvent.Refused(type, audit.typed(name, account), AuditTrail.peer(session), code.word()));
        return refusal(code);
    }

    private static Refusal refusal(Code code) {
        return new Refusal(
                code,
                switch (code) {
                    case NO_SUCH_USER -> "There is no such user.";
                    case DISABLED -> "The account is disabled.";
                    case MUST_CHANGE_PASSWORD -> "The password must be changed first.";
                    default -> "The password is wrong.";
                });
    }

    /** The password hashed anew where its hash is weaker than what is configured; else null. */
    @org.jspecify.annotations.Nullable
    String rehashed(Admitted admitted, Secret password) {
        return hashing.isWeak(admitted.hash()) ? hashing.hash(rules.canonical(password)) : null;
    }
}
