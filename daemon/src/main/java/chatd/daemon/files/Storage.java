package chatd.daemon.files;

import chatd.audit.event.AuditEvent;
import chatd.audit.event.LoggedIdentity;
import chatd.daemon.config.Config;
import chatd.daemon.disk.DiskSpace;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.store.read.ContentStore;
import chatd.daemon.store.read.StorageStore;
import chatd.daemon.trail.AuditTrail;
import chatd.protocol.value.Code;
import chatd.text.Size;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Decides whether there is room for a file: in the quota of its account, in that of the server, and
 * on its disk. The room for an upload is reserved when it begins. Any thread; blocks.
 */
public final class Storage {
    private static final Logger LOG = LogManager.getLogger(Storage.class);

    /** The quota of an account that has none. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /** Percentages of a quota at which there is a warning. */
    private static final int[] WARNED_AT = {95, 80};

    /**
     * How long the same warning is not repeated, so that nobody can fill the log by sending and
     * taking back.
     */
    private static final Duration WARNING_INTERVAL = Duration.ofHours(1);

    /** Stands for all accounts; no account has this number. */
    private static final long ALL = 0;

    private final ContentStore contents;
    private final StorageStore store;
    private final AuditTrail audit;
    private final Supplier<Config> config;
    private final DiskSpace disks;

    /** Bytes reserved for the uploads of each account. */
    @GuardedBy("this")
    private final Map<Long, Long> reserved = new HashMap<>();

    /** Bytes reserved for uploads whose content was not begun yet. */
    @GuardedBy("this")
    private long unbegun;

    /**
     * The warnings given within {@link #WARNING_INTERVAL}, by account; {@link #ALL} for all files.
     */
    @GuardedBy("this")
    private final Map<Long, Warning> warned = new HashMap<>();

    /** Percentage of a quota that was warned of, and when, by the monotonic clock. */
    private record Warning(int level, long nanos) {
        boolean isOld() {
            return System.nanoTime() - nanos > WARNING_INTERVAL.toNanos();
        }
    }

    public Storage(FeatureContext parts) {
        this.contents = parts.stores().contents();
        this.store = parts.stores().storage();
        this.audit = parts.audit();
        this.config = parts.config();
        this.disks = parts.disks();
    }

    /** Room that is reserved for one upload. */
    final class Reservation implements AutoCloseable {
        private final long account;
        private final long bytes;
        private boolean isBegun;
        private boolean isOver;

        private Reservation(long account, long bytes, boolean isBegun) {
            this.account = account;
            this.bytes = bytes;
            this.isBegun = isBegun;
        }

        /**
         * Records that the content was begun, and so counts toward the server's quota by itself.
         */
        void contentBegun() {
            synchronized (Storage.this) {
                if (!isBegun) {
                    isBegun = true;
                    unbegun -= bytes;
                }
            }
        }

        /** Releases the room; what was sent counts by itself. */
        @Override
        public void close() {
            contentBegun();
            synchronized (Storage.this) {
                if (!isOver) {
                    isOver = true;
                    reserved.computeIfPresent(account, (_, before) -> before > bytes ? (Long) (before - bytes) : null);
                }
            }
        }
    }

    /** Returns the bytes that the files of an account may have; empty if there is no limit. */
    public OptionalLong quota(Account account) {
        long bytes = account.quota().orElse(configured());
        return bytes == UNLIMITED ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    private long configured() {
        long configured = config.get().quota().account();
        return configured == 0 ? UNLIMITED : configured;
    }

    /**
     * Reserves room for a file.
     *
     * @param isNew whether its content is still to be stored
     * @throws Refusal {@link Code#NO_ROOM} if there is none
     */
    Reservation reserve(Account account, long bytes, boolean isNew) {
        if (isNew) {
            checkDisk(bytes);
        }
        long stored = store.of(account.number()).bytes();
        long most = config.get().quota().server();
        int mineNow = 0;
        int allNow = 0;
        synchronized (this) {
            OptionalLong quota = quota(account);
            long mine = stored + reserved.getOrDefault(account.number(), 0L);
            if (quota.isPresent() && mine + bytes > quota.getAsLong()) {
                throw new Refusal(
                        Code.NO_ROOM,
                        "Your files may take up %s, and already take up %s: there is no room for %s more. Take back files that are no longer needed, or ask an administrator."
                                .formatted(Size.of(quota.getAsLong()), Size.of(mine), Size.of(bytes)));
            }
            long all = contents.bytes() + unbegun + (isNew ? bytes : 0);
            if (isNew && most != 0 && all > most) {
                throw new Refusal(
                        Code.NO_ROOM,
                        "The server has no room for %s more at the moment. Nothing was sent; tell its administrator."
                                .formatted(Size.of(bytes)));
            }
            reserved.merge(account.number(), bytes, Long::sum);
            unbegun += isNew ? bytes : 0;
            if (quota.isPresent()) {
                mineNow = levelToWarnOf(account.number(), mine + bytes, quota.getAsLong());
            }
            if (most != 0) {
                allNow = levelToWarnOf(ALL, all, most);
            }
        }
        if (mineNow > 0) {
            LOG.warn("CHATD-503 the files of {} take {} % of the account's quota", account.name(), mineNow);
            audit.logBestEffort(new AuditEvent.QuotaWarning(AuditTrail.identityOf(account), mineNow));
        }
        if (allNow > 0) {
            LOG.warn(
                    "CHATD-504 the files take {} % of quota.server ({}): see chat-admin storage",
                    allNow, Size.of(most));
            audit.logBestEffort(new AuditEvent.QuotaWarning(LoggedIdentity.UNKNOWN, allNow));
        }
        return new Reservation(account.number(), bytes, !isNew);
    }

    /** Refuses a file of more than a chunk while the disk is nearly full. */
    private void checkDisk(long bytes) {
        long reserve = config.get().storage().reserve();
        OptionalLong free = reserve == 0 || bytes <= ContentStore.CHUNK ? OptionalLong.empty() : free();
        if (free.isPresent() && free.getAsLong() - bytes < reserve) {
            throw new Refusal(
                    Code.NO_ROOM,
                    "The disk of the server is nearly full: no large files are accepted at the moment. Nothing was sent; tell its administrator.");
        }
    }

    /** Returns the bytes that are free on the database's disk; empty if that is on another machine. */
    public OptionalLong free() {
        return disks.freeOnDatabaseDisk();
    }

    /** Returns the store that knows what is stored. */
    public StorageStore store() {
        return store;
    }

    /** Returns the bytes of the disk that are kept free. */
    public long reserve() {
        return config.get().storage().reserve();
    }

    /** Returns the bytes that all files may have together; 0 if there is no limit. */
    public long limit() {
        return config.get().quota().server();
    }

    /** Returns the bytes of all contents, each counted once, those being uploaded among them. */
    public long used() {
        return contents.bytes();
    }

    /**
     * Returns what needs the attention of an administrator, as a sentence; empty if nothing does.
     */
    public String trouble() {
        String full = disks.trouble();
        if (!full.isEmpty()) {
            return full;
        }
        OptionalLong free = free();
        if (reserve() > 0 && free.isPresent() && free.getAsLong() < reserve()) {
            return "The disk of the database has only %s free: no large files are accepted."
                    .formatted(Size.of(free.getAsLong()));
        }
        int percent = limit() == 0 ? 0 : (int) Math.min(100, used() * 100 / limit());
        return percent < WARNED_AT[WARNED_AT.length - 1]
                ? ""
                : "The files take %d %% of quota.server (%s of %s)."
                        .formatted(percent, Size.of(used()), Size.of(limit()));
    }

    /** Returns when a disk will be full, as a sentence, if that is soon; otherwise empty. Blocks. */
    public String trend() {
        return disks.trend();
    }

    /** Returns in words how much is stored. */
    public String state() {
        OptionalLong free = free();
        int level = WARNED_AT[WARNED_AT.length - 1];
        int near = store.countNear(configured(), level);
        return Size.of(used())
                + (limit() == 0 ? "" : " of " + Size.of(limit()))
                + (free.isEmpty() ? "" : ", " + Size.of(free.getAsLong()) + " free on the disk")
                + (near == 0
                        ? ""
                        : ", %d %s at %d %% of the quota or above"
                                .formatted(near, near == 1 ? "user" : "users", level));
    }

    /** Returns the percentage of a quota that is to be warned of now; 0 if none. The lock is held. */
    @GuardedBy("this")
    private int levelToWarnOf(long account, long bytes, long quota) {
        for (int level : WARNED_AT) {
            if (bytes >= quota / 100.0 * level) {
                Warning before = warned.get(account);
                if (before != null && before.level() >= level && !before.isOld()) {
                    return 0;
                }
                warned.values().removeIf(Warning::isOld);
                warned.put(account, new Warning(level, System.nanoTime()));
                return level;
            }
        }
        return 0;
    }
}
