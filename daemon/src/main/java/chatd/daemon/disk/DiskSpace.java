package chatd.daemon.disk;

import chatd.daemon.config.Config;
import chatd.daemon.limit.Sweeper;
import chatd.daemon.model.Refusal;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.store.read.StorageStore;
import chatd.protocol.value.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Watches the free space on the disks on which everything is stored: the database's, if that is on
 * this machine, and the log's. Checks it once a second while something is sent. Any thread.
 */
public final class DiskSpace implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(DiskSpace.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);

    private final Supplier<Config> config;
    private final StorageStore store;
    private final Path log;
    private final boolean isLocal;
    private final Clock clock;
    private final DiskTrend trendOfLog = new DiskTrend("the audit log");
    private final DiskTrend trendOfDatabase = new DiskTrend("the database");
    private final Sweeper sweeper = new Sweeper("disk space", INTERVAL, this::checkNow);
    private final Sweeper hourly = new Sweeper("the trend of the disks", HOUR, this::sampleTrends);
    private volatile boolean isFull;

    /**
     * Checks once. Blocks.
     *
     * @param config its database and log are those at startup
     */
    public DiskSpace(Supplier<Config> config, StorageStore store, Clock clock) {
        Config now = config.get();
        this.config = config;
        this.store = store;
        this.clock = clock;
        this.log = now.audit().directory();
        this.isLocal = now.database().socket().isPresent();
        var _ = checkNow();
        var _ = sampleTrends();
        hourly.start();
    }

    private boolean sampleTrends() {
        Instant now = clock.instant();
        trendOfLog.record(now, freeOnLogDisk());
        trendOfDatabase.record(now, freeOnDatabaseDisk());
        return true;
    }

    /**
     * Checks that there is room for something small, such as a text ({@code storage.texts}). Does not block.
     *
     * @throws Refusal {@link Code#NO_ROOM} if there is not
     */
    public void check() {
        sweeper.start();
        if (isFull) {
            throw new Refusal(
                    Code.NO_ROOM,
                    "The server's disk is full, except for a reserve: no texts or files are accepted at the moment. Nothing was sent; tell its administrator.");
        }
    }

    private boolean checkNow() {
        long least = config.get().storage().texts();
        boolean isLow = least > 0 && (isBelow(least, freeOnLogDisk()) || isBelow(least, freeOnDatabaseDisk()));
        if (isLow != isFull) {
            if (isLow) {
                LOG.error("CHATD-501 a disk has less than storage.texts free: no texts are accepted. {}", trouble());
            } else {
                LOG.info("CHATD-502 there is room on the disks again");
            }
            isFull = isLow;
        }
        // While a disk is full, nobody may send anything that would start the checks again.
        return isLow;
    }

    private static boolean isBelow(long least, OptionalLong free) {
        return free.isPresent() && free.getAsLong() < least;
    }

    /**
     * Returns what needs the attention of an administrator, as a sentence; empty if nothing does.
     * Blocks.
     */
    public String trouble() {
        long least = config.get().storage().texts();
        if (isBelow(least, freeOnLogDisk())) {
            return "The disk of the log, with " + log.toAbsolutePath() + ", is nearly full: no texts are accepted.";
        }
        if (isBelow(least, freeOnDatabaseDisk())) {
            return "The disk of the database is nearly full: no texts are accepted.";
        }
        return "";
    }

    /** Returns when a disk will be full, as a sentence, if that is soon; otherwise empty. Blocks. */
    public String trend() {
        Instant now = clock.instant();
        String ofLog = trendOfLog.trouble(now, freeOnLogDisk());
        return ofLog.isEmpty() ? trendOfDatabase.trouble(now, freeOnDatabaseDisk()) : ofLog;
    }

    /** Returns the bytes that are free on the database's disk; empty if that is on another machine. Blocks. */
    public OptionalLong freeOnDatabaseDisk() {
        try {
            return isLocal ? free(Path.of(store.directory())) : OptionalLong.empty();
        } catch (DatabaseUnavailable e) {
            return OptionalLong.empty();
        }
    }

    /** Returns a directory, or the nearest above it that exists, in which it would be created. */
    public static Path existing(Path directory) {
        Path there = directory.toAbsolutePath();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        return there;
    }

    /** Returns the bytes that are free on the log's disk; empty if that can't be told. Blocks. */
    public OptionalLong freeOnLogDisk() {
        return free(log);
    }

    private static OptionalLong free(Path directory) {
        try {
            return OptionalLong.of(Files.getFileStore(directory).getUsableSpace());
        } catch (IOException e) {
            LOG.debug("the free space of {} can't be told", directory, e);
            return OptionalLong.empty();
        }
    }

    @Override
    public void close() {
        hourly.close();
        sweeper.close();
    }
}
