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

    private final ContentStore contents;
    private final StorageStore store;
    private final AuditTrail audit;
    private final Supplier<Config> config;
    private final DiskSpace disks;

    private final Reservations reservations = new Reservations(System::nanoTime);

    public Storage(FeatureContext parts) {
        this.contents = parts.stores().contents();
        this.store = parts.stores().storage();
        this.audit = parts.audit();
        this.config = parts.config();
        this.disks = parts.disks();
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
    Reservations.Reservation reserve(Account account, long bytes, boolean isNew) {
        if (isNew) {
            checkDisk(bytes);
        }
        long limit = limit();
        Reservations.Outcome outcome = reservations.reserve(
                new Reservations.Demand(
                        account.number(), store.of(account.number()).bytes(), bytes, isNew),
                new Reservations.Quotas(quota(account), limit == 0 ? OptionalLong.empty() : OptionalLong.of(limit)),
                contents::bytes);
        return switch (outcome) {
            case Reservations.Outcome.AccountFull(long used, long quota) ->
                throw new Refusal(
                        Code.NO_ROOM,
                        "Your files may take up %s, and already take up %s: there is no room for %s more. Take back files that are no longer needed, or ask an administrator."
                                .formatted(Size.of(quota), Size.of(used), Size.of(bytes)));
            case Reservations.Outcome.ServerFull() ->
                throw new Refusal(
                        Code.NO_ROOM,
                        "The server has no room for %s more at the moment. Nothing was sent; tell its administrator."
                                .formatted(Size.of(bytes)));
            case Reservations.Outcome.Granted(var reservation, int accountLevel, int serverLevel) -> {
                warn(account, accountLevel, serverLevel);
                yield reservation;
            }
        };
    }

    private void warn(Account account, int accountLevel, int serverLevel) {
        if (accountLevel > 0) {
            LOG.warn("CHATD-503 the files of {} take {} % of the account's quota", account.name(), accountLevel);
            audit.logBestEffort(new AuditEvent.QuotaWarning(AuditTrail.identityOf(account), accountLevel));
        }
        if (serverLevel > 0) {
            LOG.warn(
                    "CHATD-504 the files take {} % of quota.server ({}): see chat-admin storage",
                    serverLevel, Size.of(limit()));
            audit.logBestEffort(new AuditEvent.QuotaWarning(LoggedIdentity.UNKNOWN, serverLevel));
        }
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

    /** Returns the disks that something is stored on. */
    public DiskSpace disks() {
        return disks;
    }

    /** Returns on which disk there is no room for texts, as a sentence; empty if there is. Blocks. */
    public String full() {
        return disks.trouble();
    }

    /**
     * Returns what else needs the attention of an administrator, as a sentence; empty if nothing does.
     */
    public String trouble() {
        OptionalLong free = free();
        if (reserve() > 0 && free.isPresent() && free.getAsLong() < reserve()) {
            return "The disk of the database has only %s free: no large files are accepted."
                    .formatted(Size.of(free.getAsLong()));
        }
        int percent = limit() == 0 ? 0 : (int) Math.min(100, used() * 100 / limit());
        return percent < Reservations.FIRST_WARNING
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
        int level = Reservations.FIRST_WARNING;
        int near = store.countNear(configured(), level);
        return Size.of(used())
                + (limit() == 0 ? "" : " of " + Size.of(limit()))
                + (free.isEmpty() ? "" : ", " + Size.of(free.getAsLong()) + " free on the disk")
                + (near == 0
                        ? ""
                        : ", %d %s at %d %% of the quota or above"
                                .formatted(near, near == 1 ? "user" : "users", level));
    }
}
