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

/** What seals the open segment, and which seals the journal was told of. The log's lock guards it. */
public final class Sealer {
    /** A seal is due this long after the first unsealed event, if not by their number. */
    private static final Duration AGE = Duration.ofSeconds(60);

    /** The seals go here too, so that another machine can hold them. */
    private static final System.Logger JOURNAL = System.getLogger("chatd.audit.seal");

    private @Nullable SealKey key;
    private @Nullable String last;

    /** The seals that the journal was not told of. */
    private final Deque<String> untold = new ArrayDeque<>();

    /**
     * @param open the segment that is gone on with, which another key may have sealed
     * @param ours the key to seal with from now on, of the file
     */
    Sealer(Segment open, SealKey ours, Path file) throws IOException {
        this.last = open.seals().isEmpty() ? null : open.seals().getLast().element();
        this.key = ours.isOf(open.key)
                ? ours
                : SealKey.replaced(file).filter(old -> old.isOf(open.key)).orElse(null);
        if (open.key != null && key == null) {
            System.getLogger(Sealer.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "the key that sealed the log until now, " + open.key + ", is not in " + file
                                    + ": another seals it from here on, which auditors must be told");
        }
    }

    /** The key of the open segment; null, until the next begins, where it was begun with one that is lost. */
    @Nullable
    SealKey key() {
        return key;
    }

    /** The key of the open segment, once the log is open. */
    SealKey present() {
        return Objects.requireNonNull(key);
    }

    /** A segment begins. */
    void begin(SealKey with) {
        key = with;
    }

    boolean isDue(LogEnd end, Instant now) {
        // A clock that was set back must not put it off.
        return key != null
                && end.unsealed() > 0
                && (now.isBefore(end.unsealedSince())
                        || !end.unsealedSince().plus(AGE).isAfter(now));
    }

    /** A seal was written, if there was one. */
    void sealed(@Nullable String seal) {
        if (seal != null) {
            last = seal;
            untold.add(seal);
        }
    }

    /** The seals that the journal was not told of, in their order. */
    List<String> untold() {
        return List.copyOf(untold);
    }

    /** These are on the disk, so that no other can take their place: the journal is told. */
    void tell(List<String> seals) {
        for (String seal : seals) {
            if (untold.remove(seal)) {
                JOURNAL.log(System.Logger.Level.INFO, seal);
            }
        }
    }

    /** The last seal's element; null where there is none yet. */
    @Nullable
    String last() {
        return last;
    }
}
