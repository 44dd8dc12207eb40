package chatd.daemon.files;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Counts the room that uploads have reserved against the quotas of their accounts and of the server, and decides which
 * quota is to be warned of. Any thread; holds its own lock.
 */
final class Reservations {
    /** Percentage of a quota at which the first warning is given. */
    static final int FIRST_WARNING = 80;

    /** Percentages of a quota at which there is a warning, descending. */
    private static final int[] WARNING_LEVELS = {95, FIRST_WARNING};

    /** How long the same warning is not repeated, so that nobody can fill the log by sending and taking back. */
    static final Duration WARNING_INTERVAL = Duration.ofHours(1);

    /** Stands for all accounts; no account has this number. */
    private static final long ALL = 0;

    private final LongSupplier nanoClock;

    /** Bytes reserved for the uploads of each account. */
    @GuardedBy("this")
    private final Map<Long, Long> reserved = new HashMap<>();

    /** Bytes reserved for uploads whose content has not begun yet. */
    @GuardedBy("this")
    private long notBegun;

    /** The warnings given within {@link #WARNING_INTERVAL}, by account; {@link #ALL} for all files. */
    @GuardedBy("this")
    private final Map<Long, Warning> warnings = new HashMap<>();

    private record Warning(int level, long nanos) {}

    /** @param nanoClock a monotonic clock, in nanoseconds */
    Reservations(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /**
     * A file that is about to be stored.
     *
     * @param stored the bytes of the account's files so far
     * @param bytes its own size
     * @param isNew whether its content is still to be stored
     */
    record Demand(long account, long stored, long bytes, boolean isNew) {}

    /** The bytes that an account's files, and all contents, may have; empty for no limit. */
    record Quotas(OptionalLong account, OptionalLong server) {}

    /** What became of a demand. */
    sealed interface Outcome {
        /**
         * There is room, which is reserved now.
         *
         * @param accountLevel the percentage of the account's quota that is to be warned of; 0 for none
         * @param serverLevel the same of the server's quota
         */
        record Granted(Reservation reservation, int accountLevel, int serverLevel) implements Outcome {}

        /** @param used what the account's files take up already, in bytes, with what is reserved for them */
        record AccountFull(long used, long quota) implements Outcome {}

        record ServerFull() implements Outcome {}
    }

    /** Room reserved for one upload, until it is closed. */
    final class Reservation implements AutoCloseable {
        private final long account;
        private final long bytes;
        private boolean isBegun;
        private boolean isClosed;

        private Reservation(long account, long bytes, boolean isBegun) {
            this.account = account;
            this.bytes = bytes;
            this.isBegun = isBegun;
        }

        /** Records that the content has begun, and so counts toward the server's quota by itself. */
        void contentStarted() {
            synchronized (Reservations.this) {
                if (!isBegun) {
                    isBegun = true;
                    notBegun -= bytes;
                }
            }
        }

        /** Releases the room; what was stored counts by itself. */
        @Override
        public void close() {
            contentStarted();
            synchronized (Reservations.this) {
                if (!isClosed) {
                    isClosed = true;
                    reserved.computeIfPresent(account, (_, before) -> before > bytes ? (Long) (before - bytes) : null);
                }
            }
        }
    }

    /**
     * Reserves room.
     *
     * @param contents returns the bytes of all contents, those that have begun among them; read under the lock, so that
     *     a content that begins meanwhile counts once
     */
    synchronized Outcome reserve(Demand demand, Quotas quotas, LongSupplier contents) {
        long used = demand.stored() + reserved.getOrDefault(demand.account(), 0L);
        if (quotas.account().isPresent()
                && used + demand.bytes() > quotas.account().getAsLong()) {
            return new Outcome.AccountFull(used, quotas.account().getAsLong());
        }
        long all = contents.getAsLong() + notBegun + (demand.isNew() ? demand.bytes() : 0);
        if (demand.isNew()
                && quotas.server().isPresent()
                && all > quotas.server().getAsLong()) {
            return new Outcome.ServerFull();
        }
        reserved.merge(demand.account(), demand.bytes(), Long::sum);
        notBegun += demand.isNew() ? demand.bytes() : 0;
        return new Outcome.Granted(
                new Reservation(demand.account(), demand.bytes(), !demand.isNew()),
                levelToWarnOf(demand.account(), used + demand.bytes(), quotas.account()),
                levelToWarnOf(ALL, all, quotas.server()));
    }

    /** Returns the percentage of a quota that is to be warned of now; 0 if none. The lock is held. */
    @GuardedBy("this")
    private int levelToWarnOf(long account, long bytes, OptionalLong quota) {
        if (quota.isEmpty()) {
            return 0;
        }
        for (int level : WARNING_LEVELS) {
            if (bytes >= quota.getAsLong() / 100.0 * level) {
                Warning before = warnings.get(account);
                if (before != null && before.level() >= level && !isOld(before)) {
                    return 0;
                }
                warnings.values().removeIf(this::isOld);
                warnings.put(account, new Warning(level, nanoClock.getAsLong()));
                return level;
            }
        }
        return 0;
    }

    private boolean isOld(Warning warning) {
        return nanoClock.getAsLong() - warning.nanos() > WARNING_INTERVAL.toNanos();
    }
}
