package chatd.daemon.service;

import chatd.daemon.accounts.AccountImport;
import chatd.daemon.accounts.Accounts;
import chatd.daemon.accounts.Administration;
import chatd.daemon.accounts.OwnAvatar;
import chatd.daemon.accounts.SeenTimes;
import chatd.daemon.accounts.Users;
import chatd.daemon.config.Config;
import chatd.daemon.direct.Calls;
import chatd.daemon.direct.SeenAddresses;
import chatd.daemon.directory.Directory;
import chatd.daemon.dispatch.Feature;
import chatd.daemon.files.FileFeatures;
import chatd.daemon.files.FilesOverHttp;
import chatd.daemon.files.Storage;
import chatd.daemon.friends.Friends;
import chatd.daemon.groups.Groups;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.login.Authenticator;
import chatd.daemon.login.Bearers;
import chatd.daemon.login.Devices;
import chatd.daemon.login.Hashing;
import chatd.daemon.login.Logins;
import chatd.daemon.login.OwnSessions;
import chatd.daemon.login.PasswordRules;
import chatd.daemon.login.Passwords;
import chatd.daemon.login.Throttle;
import chatd.daemon.login.Tokens;
import chatd.daemon.messages.Amendments;
import chatd.daemon.messages.Conversations;
import chatd.daemon.messages.History;
import chatd.daemon.messages.Messages;
import chatd.daemon.messages.Pages;
import chatd.daemon.messages.StoredMessages;
import chatd.daemon.reports.Reports;
import chatd.daemon.retention.Erasures;
import chatd.daemon.retention.Retention;
import chatd.daemon.search.Search;
import chatd.daemon.store.read.BackupStore;
import chatd.daemon.trail.ShownNames;
import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** The daemon's services, one class per subject. Built once; closes what it started. */
public final class Services implements AutoCloseable {
    private final Hashing hashing;
    private final Tokens tokens;
    private final Bearers bearers;
    private final Logins logins;
    private final OwnSessions ownSessions;
    private final Accounts accounts;
    private final Administration administration;
    private final AccountImport accountImport;
    private final Groups groups;
    private final Messages messages;
    private final Amendments amendments;
    private final Reports reports;
    private final FileFeatures files;
    private final Conversations conversations;
    private final History history;
    private final Search search;
    private final SeenAddresses seenAddresses;
    private final Calls calls;
    private final Erasures erasures;
    private final Retention retention;
    private final SeenTimes seenTimes;
    private final FeatureContext parts;

    /**
     * @param names the table beside the log
     * @param clockTrouble returns what is suspicious about the machine's clock, as a sentence; empty if nothing is
     */
    public Services(FeatureContext parts, ShownNames names, Supplier<String> clockTrouble) {
        this.parts = parts;
        Config config = parts.config().get();
        this.hashing = new Hashing(config.hashing());
        Throttle throttle = new Throttle(address -> parts.config().get().isExempt(address), Ticker.systemTicker());
        Passwords passwords = new Passwords(new PasswordRules(), hashing, throttle);
        Authenticator authenticator = new Authenticator(parts, passwords);
        Pages pages = new Pages(parts.sessions());
        this.conversations = new Conversations(parts, pages);
        this.history = new History(parts, conversations, pages);
        this.search = new Search(parts, conversations);
        this.tokens = new Tokens(parts.stores().tokens(), parts.random(), parts.clock());
        this.bearers = new Bearers(tokens, authenticator, parts.directory());
        Devices devices = new Devices(
                parts.stores().devices(),
                parts.random(),
                () -> parts.config().get().sessions().remember());
        this.reports = new Reports(parts);
        this.logins = new Logins(parts, authenticator, tokens, devices, conversations, history, reports::loginNotice);
        this.ownSessions = new OwnSessions(parts, tokens, devices);
        this.accounts = new Accounts(parts, authenticator, passwords, tokens, devices);
        this.groups = new Groups(parts);
        this.administration = new Administration(parts, accounts, groups.administration(), throttle);
        this.seenTimes = new SeenTimes(parts);
        this.accountImport = new AccountImport(parts, accounts, hashing);
        this.messages = new Messages(parts);
        this.amendments = new Amendments(parts, messages);
        this.files = new FileFeatures(parts, messages);
        this.retention = new Retention(parts, amendments, clockTrouble);
        this.erasures = new Erasures(
                parts,
                administration,
                groups.administration(),
                amendments,
                files.http(),
                search.indexer(),
                names,
                retention.holds());
        this.seenAddresses = new SeenAddresses();
        this.calls = new Calls(parts, seenAddresses);
    }

    /** Returns the features that handle clients' commands. */
    public List<Feature> features() {
        return List.of(
                logins,
                ownSessions,
                accounts,
                new Users(parts, seenTimes),
                new OwnAvatar(parts),
                new Friends(parts),
                groups,
                messages,
                amendments,
                reports,
                files.frames(),
                files.pieces(),
                history,
                search,
                conversations,
                calls);
    }

    public BackupStore backups() {
        return parts.stores().backups();
    }

    public Bearers bearers() {
        return bearers;
    }

    public Logins logins() {
        return logins;
    }

    public Accounts accounts() {
        return accounts;
    }

    public Administration administration() {
        return administration;
    }

    public Erasures erasures() {
        return erasures;
    }

    public Retention retention() {
        return retention;
    }

    public AccountImport accountImport() {
        return accountImport;
    }

    public Messages messages() {
        return messages;
    }

    public Amendments amendments() {
        return amendments;
    }

    public Groups groups() {
        return groups;
    }

    public Reports reports() {
        return reports;
    }

    public FileFeatures files() {
        return files;
    }

    public Storage storage() {
        return files.storage();
    }

    public FilesOverHttp filesOverHttp() {
        return files.http();
    }

    /** Starts to open the index of messages, and then to follow the ledger; until then nothing can be searched. Called once. */
    public void startIndexing() {
        search.indexer().start();
    }

    public Search search() {
        return search;
    }

    /** Returns the receiver of the addresses clients asked from by UDP, with their session's number. */
    public BiConsumer<byte[], InetSocketAddress> udpAddressListener() {
        return seenAddresses::remember;
    }

    public History history() {
        return history;
    }

    /** Returns a reader of all stored messages, from the first on, for comparison with the log. */
    public StoredMessages storedMessages() {
        return new StoredMessages(parts.stores());
    }

    public Directory directory() {
        return parts.directory();
    }

    /** Returns the number of direct sessions that ring, or are being held. */
    public int calls() {
        return calls.count();
    }

    /** Returns the number of passwords waiting to be hashed. */
    public int hashesWaiting() {
        return hashing.waiting();
    }

    @Override
    public void close() {
        calls.close();
        retention.close();
        seenTimes.close();
        search.close();
        files.close();
        conversations.close();
        tokens.close();
        hashing.close();
    }
}
