package chatd.daemon.accounts;

import chatd.daemon.directory.Directory;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.limit.Sweeper;
import chatd.daemon.session.Presence;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.store.read.SeenStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Keeps over a restart when users were online last: {@link Presence} knows it of all, stored is it of those alone who tell
 * it. What was not stored yet is lost with the process, half a minute at most: nothing depends on it.
 */
public final class SeenTimes implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(SeenTimes.class);

    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private final Directory directory;
    private final Presence presence;
    private final SeenStore store;
    private final Sweeper sweeper = new Sweeper("last seen", INTERVAL, this::save);

    /** Reads what was stored. Blocks. */
    public SeenTimes(FeatureContext parts) {
        this.directory = parts.directory();
        this.presence = parts.sessions().presence();
        this.store = parts.stores().seen();
        presence.recallSeen(store.all());
        presence.onDeparture(sweeper::start);
    }

    /** Stores what has changed; returns that there is nothing left. */
    private boolean save() {
        Map<Long, Instant> times = presence.takeUnsavedSeen();
        times.keySet()
                .removeIf(account -> directory
                        .find(account)
                        .filter(one -> one.preferences().lastSeen())
                        .isEmpty());
        try {
            store.save(times);
        } catch (RuntimeException e) {
            presence.returnUnsavedSeen(times.keySet());
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
