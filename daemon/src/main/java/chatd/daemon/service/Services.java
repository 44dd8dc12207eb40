package chatd.daemon.service;

import chatd.daemon.config.Config;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.AccountStore;
import chatd.daemon.store.ContentStore;
import chatd.daemon.store.MessageStore;
import com.github.benmanes.caffeine.cache.Ticker;
import java.security.SecureRandom;
import java.time.Clock;

/** What the system does, a class a subject. Built once; closes what it started. */
public final class Services implements AutoCloseable {
    private final Hashing hashing;
    private final LogIns logIns;
    private final Accounts accounts;
    private final Messages messages;
    private final Files files;
    private final History history;
    private final Directory directory;
    private final MessageStore messageStore;
    private final ContentStore contentStore;

    public Services(
            Config config,
            Directory directory,
            Journal journal,
            Sessions sessions,
            AuditTrail audit,
            AccountStore accountStore,
            MessageStore messageStore,
            ContentStore contentStore,
            SecureRandom random,
            Clock clock) {
        this.directory = directory;
        this.messageStore = messageStore;
        this.contentStore = contentStore;
        this.hashing = new Hashing(config.hashing());
        PasswordRules rules = new PasswordRules();
        Throttle throttle = new Throttle(config.throttle().exempt(), Ticker.systemTicker());
        Gatekeeper gatekeeper = new Gatekeeper(
                directory,
                accountStore,
                rules,
                hashing,
                throttle,
                audit,
                config.accounts().concealUsers());
        this.logIns = new LogIns(gatekeeper, directory, journal, sessions, audit);
        this.accounts = new Accounts(
                directory,
                gatekeeper,
                rules,
                hashing,
                throttle,
                journal,
                sessions,
                audit,
                clock,
                config.registration().open());
        this.messages = new Messages(directory, journal, sessions, random, clock, config.limits());
        this.files = new Files(
                messageStore,
                contentStore,
                messages,
                directory,
                audit,
                clock,
                config.limits().file(),
                config.limits().uploads());
        this.history =
                new History(messageStore, directory, sessions, config.limits().replay());
    }

    public LogIns logIns() {
        return logIns;
    }

    public Accounts accounts() {
        return accounts;
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
        return new StoredMessages(messageStore, contentStore);
    }

    public Directory directory() {
        return directory;
    }

    @Override
    public void close() {
        hashing.close();
    }
}
