package chatd.daemon.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/** All that can be configured; {@code chatd.toml} says what each means, and has the defaults. */
public record Config(
        Listen listen,
        Tls tls,
        Database database,
        Audit audit,
        Admin admin,
        Registration registration,
        Accounts accounts,
        Everyone everyone,
        Chat1 chat1,
        Limits limits,
        Rates rates,
        Throttle throttle,
        Hashing hashing) {

    /**
     * Whether the limits by address do not hold for an address. Where there are proxies, an address of this machine's own
     * may be one of theirs, and is not exempt.
     */
    public boolean isExempt(InetAddress address) {
        return (listen.proxies().isEmpty() || !address.isLoopbackAddress())
                && throttle.exempt().stream().anyMatch(free -> free.contains(address));
    }

    /** @param proxies whose connections begin with a header that says who the client is */
    public record Listen(List<InetSocketAddress> addresses, List<Network> proxies) {}

    /**
     * @param development where the daemon makes a certificate for itself, which {@code certificate} and {@code key}
     *     then name; empty where another is configured
     * @param clientNames whether a client's certificate names the one account that it is for
     */
    public record Tls(
            Path certificate, Path key, Optional<Path> development, Optional<Path> clientCa, boolean clientNames) {}

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
            String fence) {}

    public record Audit(
            Path directory,
            String fsync,
            long segmentSize,
            Duration segmentLeastAge,
            long segmentLimit,
            Duration segmentAge,
            Path sealKey,
            String sealAlgorithm,
            boolean unknownNames,
            boolean names,
            Duration retention,
            boolean refuseOnFailure) {}

    /**
     * Where chat-admin finds the daemon, and the groups of those who may.
     *
     * @param administrators a group's name or number; empty: the daemon's user and root alone. So are the others
     */
    public record Admin(Path directory, String administrators, String helpers, String auditors) {}

    /**
     * Whether anyone may register, or administrators alone.
     *
     * @param most accounts that there may be for that
     */
    public record Registration(boolean open, int most) {}

    /** @param oneTimePassword how long one is good; empty is for ever */
    public record Accounts(boolean concealUsers, Optional<Duration> oneTimePassword) {}

    /** @param all whether anyone may write to all, or only accounts that were given it */
    public record Everyone(boolean all) {}

    public record Chat1(ZoneId wireZone) {}

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
            int strangers,
            int uploads,
            long largeFrames,
            Duration linger) {}

    public record Rates(long messages, long bytes) {}

    public record Throttle(List<Network> exempt) {}

    public record Hashing(long memory, int iterations, int parallelism, int threads, int waiting) {}
}
