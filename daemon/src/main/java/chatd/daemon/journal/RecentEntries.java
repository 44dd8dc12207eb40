package chatd.daemon.journal;

import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.AccountChanges;
import chatd.daemon.model.entry.Entry;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The most recently applied entries, except account changes, for one reader that follows the
 * ledger: while it is close behind, it need not read from the database what was just written there.
 * Bounded in number and in bytes; at the bound all are dropped, and the reader continues from the
 * database. Thread-safe.
 */
public final class RecentEntries {
    private static final int MAX = 10_000;
    private static final long MAX_BYTES = 4 << 20;

    private final ArrayDeque<Entry> held = new ArrayDeque<>();

    @GuardedBy("held")
    private long bytes;

    /** All entries after this position are held; negative while none are. */
    @GuardedBy("held")
    private long since = -1;

    /** The position of the last entry. */
    @GuardedBy("held")
    private long last;

    /** @param last the position of the last entry of the previous run */
    void begin(long last) {
        synchronized (held) {
            this.last = last;
        }
    }

    /** Adds entries that were applied. Called on the journal's thread, in their order. */
    void add(List<Entry> applied) {
        synchronized (held) {
            for (Entry entry : applied) {
                if (!(entry instanceof AccountChange || entry instanceof AccountChanges)) {
                    last = entry.position();
                    if (since >= 0) {
                        held.add(entry);
                        bytes += entry.bytes();
                    }
                }
            }
            if (held.size() > MAX || bytes > MAX_BYTES) {
                held.clear();
                bytes = 0;
                since = -1;
            }
        }
    }

    /**
     * Returns at most {@code limit} entries after a position, and forgets those up to it; null if not all of them are
     * held.
     */
    public @Nullable List<Entry> after(long position, int limit) {
        synchronized (held) {
            if (since < 0 || position < since) {
                return null;
            }
            while (!held.isEmpty() && held.getFirst().position() <= position) {
                bytes -= held.removeFirst().bytes();
            }
            since = position;
            return held.stream().limit(limit).toList();
        }
    }

    /**
     * Starts to hold entries, unless it already does, if a reader's position is close to the last
     * entry.
     */
    public void hold(long position) {
        synchronized (held) {
            if (since < 0 && last - position < MAX / 2) {
                since = last;
            }
        }
    }
}
