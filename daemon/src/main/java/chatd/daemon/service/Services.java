package chatd.daemon.service;

import chatd.daemon.config.Config;
import com.github.benmanes.caffeine.cache.Ticker;

/** What the system does, a class a subject. Built once; closes what it started. */
public final class Services implements AutoCloseable {
    private final Hashing hashing;
    private final LogIns logIns;
    private final Accounts accounts;
    private final Administration administration;
    private final AccountImport accountImport;
    private final Messages messages;
    private final Files files;
    private final History history;
    private final ServiceParts parts;

    public Services(ServiceParts parts) {
        this.parts = parts;
        Config config = parts.config().get();
        this.hashing = new Hashing(config.hashing());
        Throttle throttle = new Throttle(address -> parts.config().get().isExempt(address), Ticker.systemTicker());
        Passwords passwords = new Passwords(new PasswordRules(), hashing, throttle);
        Gatekeeper gatekeeper = new Gatekeeper(parts, passwords);
        this.logIns = new LogIns(parts, gatekeeper);
        this.accounts = new Accounts(parts, gatekeeper, passwords);
        this.administration = new Administration(parts, accounts, throttle);
        this.accountImport = new AccountImport(parts, accounts, hashing);
        this.messages = new Messages(parts);
        this.files = new Files(parts, messages);
        this.history = new History(parts);
    }

    public LogIns logIns() {
        return logIns;
    }

    public Accounts accounts() {
        return accounts;
    }

    public Administration administration() {
        return administration;
    }

    public AccountImport accountImport() {
        return accountImport;
    }

    public Messages messages() {
        return messages;
    }

    public Files files() {
        return files;
    }

    public History history() {
        return history;
    }

    /** All messages from the first on, to be compared with the log. */
    public StoredMessages storedMessages() {
        return new StoredMessages(parts.stores());
    }

    public Directory directory() {
        return parts.directory();
    }

    /** Passwords that wait to be hashed. */
    public int hashesWaiting() {
        return hashing.waiting();
    }

    @Override
    public void close() {
        hashing.close();
    }
}
