package chatd.daemon.config;

import chatd.audit.write.AuditLog;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/** The complete configuration; {@code chatd.toml} documents each option and holds the defaults. */
public record Config(
        Listen listen,
        Tls tls,
        Database database,
        Audit audit,
        Admin admin,
        Registration registration,
        Accounts accounts,
        Sessions sessions,
        Everyone everyone,
        Messages messages,
        Retention retention,
        Reports reports,
        Groups groups,
        Chat1 chat1,
        Http http,
        Search search,
        Direct direct,
        Quota quota,
        Storage storage,
        Backup backup,
        Metrics metrics,
        Limits limits,
        Rates rates,
        Throttle throttle,
        Hashing hashing) {

    /**
     * Returns whether an address is exempt from the limits per address. If proxies are configured, loopback addresses
     * are not exempt, because they may be a proxy's.
     */
    public boolean isExempt(InetAddress address) {
        return (listen.proxies().isEmpty() || !address.isLoopbackAddress())
                && throttle.exempt().stream().anyMatch(free -> free.contains(address));
    }

    /** @param listen where monitoring reads how the daemon is: an address of this machine, or a Unix socket */
    public record Metrics(Optional<SocketAddress> listen) {}

    /** @param granted whether the account was granted it */
    public boolean mayWriteToEveryone(boolean granted) {
        return everyone.all() || granted;
    }

    /**
     * @param udp where clients may ask for their own address; empty if nowhere
     * @param proxies networks whose connections begin with a PROXY protocol header naming the client
     */
    public record Listen(List<InetSocketAddress> addresses, List<InetSocketAddress> udp, List<Network> proxies) {}

    /**
     * @param development the directory of the daemon's self-made certificate, to which {@code certificate} and
     *     {@code key} then point; empty if another certificate is configured
     * @param clientNames whether a client's certificate is valid only for the account named in it
     * @param provider {@code auto}, {@code boringssl} or {@code bouncycastle}
     */
    public record Tls(
            Path certificate,
            Path key,
            Optional<Path> development,
            Optional<Path> clientCa,
            boolean clientNames,
            String provider) {}

    public record Database(
            Optional<Path> socket,
            String host,
            int port,
            Optional<Path> tlsCa,
            String name,
            String user,
            Optional<Path> passwordFile,
            int pool,
            Duration timeout,
            Fence fence) {
        /** Returns the same, for another schema and another user of the database. */
        public Database with(String itsName, String itsUser) {
            return new Database(socket, host, port, tlsCa, itsName, itsUser, passwordFile, pool, timeout, fence);
        }

        /** Which transactions check that no other daemon has taken the ledger. */
        public enum Fence {
            /** Those on a server of a Galera cluster. */
            CLUSTER,
            ALWAYS
        }
    }

    /** @param clockJump how far ahead the clock may have jumped since the daemon last read it; zero for no limit */
    public record Audit(
            Path directory,
            AuditLog.Fsync fsync,
            long segmentSize,
            Duration segmentMinAge,
            long segmentMaxSize,
            Duration segmentMaxAge,
            Path sealKey,
            String sealAlgorithm,
            boolean logUnknownNames,
            boolean logSearches,
            boolean logNames,
            boolean logDirectAddresses,
            Duration retention,
            boolean refuseOnFailure,
            Duration clockJump,
            Forward forward) {}

    /**
     * Where the log is sent as well.
     *
     * @param to the collector, its name not resolved; empty for none
     * @param ca the certificates by which the collector's must be signed; empty for those that this machine trusts
     * @param name the name that the collector's certificate must have; empty for that in {@code to}
     * @param certificate the daemon's own; empty for none, as {@code key}
     * @param messageSize length in bytes of the longest message that the collector takes
     */
    public record Forward(
            Optional<InetSocketAddress> to,
            Optional<Path> ca,
            String name,
            Optional<Path> certificate,
            Optional<Path> key,
            int messageSize) {}

    /**
     * The directory of the admin sockets, and the groups that may connect to them.
     *
     * @param administrators a group's name or number; empty for the daemon's user and root only. The same applies to
     *     {@code helpers}, {@code moderators} and {@code auditors}
     */
    public record Admin(Path directory, String administrators, String helpers, String moderators, String auditors) {}

    /**
     * Self-registration of accounts.
     *
     * @param open whether anyone may register; otherwise only administrators and helpers create accounts
     * @param maxAccounts number of accounts, including deleted ones, at which registration is refused
     */
    public record Registration(boolean open, int maxAccounts) {}

    /**
     * @param oneTimePassword validity of a one-time password; empty for unlimited
     * @param reserved names that only administrators may assign
     * @param renames how often users may change their own name in 30 days
     * @param selfExport whether users may take a copy of everything that they have here
     */
    public record Accounts(
            boolean concealUsers,
            Optional<Duration> oneTimePassword,
            List<String> reserved,
            int renames,
            boolean selfExport) {}

    /**
     * @param remember how long a device's key is valid; zero if no device is remembered
     * @param single whether a login displaces all other sessions of its account
     */
    public record Sessions(Duration remember, boolean single) {}

    /** @param all whether any account may write to everyone, rather than only those granted it */
    public record Everyone(boolean all) {}

    /**
     * For how many days messages are kept; 0 is for ever.
     *
     * @param messages of what nothing else says
     * @param files of files, if less than that of texts
     * @param direct of messages to users
     */
    public record Retention(int messages, int files, int direct, int group, int everyone) {
        /** Returns for how many days files are kept where texts are kept for so many. */
        public int ofFiles(int texts) {
            return files == 0 ? texts : texts == 0 ? files : Math.min(texts, files);
        }
    }

    /**
     * @param retract how long after it was sent a message can be taken back by its sender; zero for
     *     never, empty for no limit
     * @param correct how long after it was sent a text can be corrected; as {@code retract}
     */
    public record Messages(Optional<Duration> retract, Optional<Duration> correct) {}

    /** @param notified the names of the users who are notified of reports */
    public record Reports(List<String> notified) {}

    /**
     * @param createdPerDay maximum number of groups that a user creates within a day
     * @param memberships maximum number of groups that a user is in
     * @param renames maximum number of changes to a group's name or topic within a day; 0 for no
     *     limit
     */
    public record Groups(int createdPerDay, int memberships, int renames) {}

    public record Chat1(ZoneId wireZone) {}

    /**
     * HTTP and WebSockets.
     *
     * @param origins the origins, besides the daemon's own, whose pages may open a WebSocket, as browsers write them
     * @param hsts how long browsers are to use TLS only; zero to send no such header
     * @param ping after how much silence a WebSocket is pinged; it then has as long again to answer
     * @param title the organisation's name on the page; empty for the program's own
     * @param logo the organisation's picture on the page; empty for the program's own
     */
    public record Http(List<String> origins, Duration hsts, Duration ping, String title, Optional<Path> logo) {}

    /**
     * Direct sessions.
     *
     * @param calls maximum number of calls that a user makes in an hour
     * @param ring how long a call rings
     */
    public record Direct(int calls, Duration ring) {}

    /** The search index of messages. */
    public record Search(Path directory) {}

    /** Maximum total size of the files of a user, and of all users, in bytes; 0 for no limit. */
    public record Quota(long account, long server) {}

    /**
     * @param reserve free bytes of the database's disk below which no large files are accepted
     * @param texts free bytes of that disk, and of the log's, below which no texts and files are
     *     accepted
     */
    public record Storage(long reserve, long texts) {}

    /**
     * @param directory where the backups are; empty if none are made
     * @param recipients public keys of age; empty if the backups are not encrypted
     * @param keys whether keys and passwords are in them
     * @param keep which are kept, such as {@code 7d}; empty for all
     * @param rate bytes read in a second; 0 to work a quarter of the time
     * @param maxAge after how long without one that is a problem; zero for never
     */
    public record Backup(
            Optional<Path> directory,
            List<String> recipients,
            boolean keys,
            List<String> keep,
            long rate,
            Duration maxAge) {}

    public record Limits(
            int text,
            long file,
            int recipients,
            int replay,
            int settings,
            int json,
            Duration firstPacket,
            Duration logIn,
            long frameProgress,
            Duration frameTime,
            long queueBytes,
            int queueFrames,
            int connections,
            int connectionsPerAddress,
            int connectionsBeforeLogin,
            int uploads,
            long largeFrames,
            Duration linger) {}

    /**
     * @param messages how many a session sends in a second; 0 for no limit, as for the others
     * @param bytes how many bytes a session sends in a second
     * @param accountBytes how many bytes, unpacked, all sessions of a user send in a second
     * @param texts how many texts and files a user sends in a minute, averaged over an hour
     * @param textBytes how many bytes of texts a user sends in a day
     * @param registeredTextBytes how many bytes of texts all users who registered themselves send in a day
     * @param changes how many changes a user makes in a minute, at most
     * @param resumes how many sessions of a user may be resumed at once, and one a second after
     *     that
     * @param searches how many searches a user makes in a minute, at most
     * @param mentions how often a user may mention another one, or all of a group, in a minute
     */
    public record Rates(
            long messages,
            long bytes,
            long accountBytes,
            long texts,
            long textBytes,
            long registeredTextBytes,
            long changes,
            long resumes,
            long searches,
            long mentions) {}

    public record Throttle(List<Network> exempt) {}

    public record Hashing(long memory, int iterations, int parallelism, int threads, int waiting) {}
}
