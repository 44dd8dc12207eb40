package chatd.daemon.accounts;

import chatd.daemon.directory.Directory;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.limit.Sweeper;
import chatd.daemon.model.account.Account;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.store.read.SeenStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * When users were online last: in memory of all, stored of those alone who tell it, so that a restart keeps it. What was not
 * stored yet is lost with the process, half a minute at most: nothing depends on it. Thread-safe.
 */
public final class SeenTimes implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(SeenTimes.class);

    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private final Directory directory;
    private final SeenStore store;
    private final Clock clock;

    /** At most one time for each account. */
    private final Map<Long, Instant> times = new ConcurrentHashMap<>();

    /** The accounts whose time was not stored yet. */
    private final Set<Long> unsaved = ConcurrentHashMap.newKeySet();

    private final Sweeper sweeper = new Sweeper("last seen", INTERVAL, this::save);

    /** Reads what was stored. Blocks. */
    public SeenTimes(FeatureContext parts) {
        this.directory = parts.directory();
        this.store = parts.stores().seen();
        this.clock = parts.clock();
        times.putAll(store.all());
        parts.sessions().presence().onDeparture(this::record);
    }

    private void record(long account) {
        times.put(account, clock.instant());
        unsaved.add(account);
        sweeper.start();
    }

    /** Returns when an account was online last; empty if it has not been since times are kept. */
    Optional<Instant> find(long account) {
        return Optional.ofNullable(times.get(account));
    }

    /** Stores what has changed; returns that there is nothing left. */
    private boolean save() {
        Set<Long> changed = Set.copyOf(unsaved);
        // One that changes again from now on is stored the next time.
        unsaved.removeAll(changed);
        Map<Long, Instant> told = new HashMap<>();
        for (long account : changed) {
            Optional<Account> existing = directory.findExisting(account);
            if (existing.isEmpty()) {
                times.remove(account);
            } else if (existing.get().preferences().lastSeen()) {
                find(account).ifPresent(time -> told.put(account, time));
            }
        }
        try {
            store.save(told);
        } catch (RuntimeException e) {
            unsaved.addAll(told.keySet());
            throw e;
        }
        return false;
    }

    /** Stores what is not stored yet. Blocks. */
    @Override
    public void close() {
        sweeper.close();
        try {
            save();
        } catch (DatabaseUnavailable e) {
            LOG.warn("CHATD-112 when users were online last is not stored: {}", e.getMessage());
        }
    }
}
