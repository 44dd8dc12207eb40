package chatd.audit.write;

import chatd.audit.form.Segment;
import chatd.audit.seal.SealKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Holds the key that seals the open segment, and the seals not yet sent to the journal. Guarded by the log's lock. */
public final class Sealer {
    /** A seal is due this long after the first unsealed event, unless their number makes it due earlier. */
    private static final Duration AGE = Duration.ofSeconds(60);

    /** Receives every seal too, so that another machine can keep it. */
    private static final System.Logger JOURNAL = System.getLogger("chatd.audit.seal");

    private @Nullable SealKey key;
    private @Nullable String last;

    /** Seals not yet sent to the journal. */
    private final Deque<String> unsent = new ArrayDeque<>();

    /**
     * @param open the segment to continue, which may be sealed by another key
     * @param ours the key in {@code file}; if {@code open} has another, it seals from the next segment on
     */
    Sealer(Segment open, SealKey ours, Path file) throws IOException {
        this.last = open.seals().isEmpty() ? null : open.seals().getLast().element();
        this.key = ours.hasId(open.key)
                ? ours
                : SealKey.previous(file).filter(old -> old.hasId(open.key)).orElse(null);
        if (open.key != null && key == null) {
            System.getLogger(Sealer.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "CHATD-411 the key that sealed the log until now, " + open.key + ", is not in " + file
                                    + ": another key seals it from here on, and auditors must be told");
        }
    }

    /** Returns the key of the open segment; null if that key is lost, until the next segment begins. */
    @Nullable
    SealKey key() {
        return key;
    }

    /** Returns the key of the open segment. Called only once the log is open. */
    SealKey currentKey() {
        return Objects.requireNonNull(key);
    }

    /** Begins a segment with the given key. */
    void useKey(SealKey with) {
        key = with;
    }

    boolean isDue(LogEnd end, Instant now) {
        // A clock that was set back must not delay the seal.
        return key != null
                && end.unsealed() > 0
                && (now.isBefore(end.unsealedSince())
                        || !end.unsealedSince().plus(AGE).isAfter(now));
    }

    /** Records the seal that was written, if any. */
    void recordSeal(@Nullable String seal) {
        if (seal != null) {
            last = seal;
            unsent.add(seal);
        }
    }

    /** Returns the seals not yet sent to the journal, in order. */
    List<String> unsent() {
        return List.copyOf(unsent);
    }

    /** Sends seals to the journal, now that they are on disk and no other can take their place. */
    void sendToJournal(List<String> seals) {
        for (String seal : seals) {
            if (unsent.remove(seal)) {
                JOURNAL.log(System.Logger.Level.INFO, seal);
            }
        }
    }

    /** Returns the last seal's element, or null if there is none yet. */
    @Nullable
    String last() {
        return last;
    }
}
