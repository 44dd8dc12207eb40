package chatd.daemon.service;

import chatd.daemon.config.Config;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.Stores;
import com.github.benmanes.caffeine.cache.Ticker;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.function.Supplier;

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
    private final Directory directory;
    private final Stores stores;

    /** @param config as it is in force at each moment */
    public Services(
            Supplier<Config> config,
            Directory directory,
            Journal journal,
            Sessions sessions,
            AuditTrail audit,
            Stores stores,
            SecureRandom random,
            Clock clock) {
        this.directory = directory;
        this.stores = stores;
        this.hashing = new Hashing(config.get().hashing());
        PasswordRules rules = new PasswordRules();
        Throttle throttle = new Throttle(address -> config.get().isExempt(address), Ticker.systemTicker());
        Gatekeeper gatekeeper =
                new Gatekeeper(directory, stores.accounts(), rules, hashing, throttle, audit, config, clock);
        this.logIns = new LogIns(gatekeeper, directory, journal, sessions, audit);
        this.accounts = new Accounts(config, directory, gatekeeper, rules, hashing, throttle, journal, audit);
        this.administration = new Administration(accounts, directory, throttle, journal, sessions, clock);
        this.accountImport = new AccountImport(accounts, directory, hashing, journal);
        this.messages = new Messages(directory, journal, random, config);
        this.files = new Files(stores.messages(), stores.contents(), messages, directory, audit, clock, config);
        this.history = new History(stores.messages(), directory, sessions, config);
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
        return new StoredMessages(stores.messages(), stores.contents());
    }

    public Directory directory() {
        return directory;
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
