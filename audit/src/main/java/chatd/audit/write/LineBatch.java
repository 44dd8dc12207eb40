package chatd.audit.write;

import chatd.audit.event.AuditEvent;
import chatd.audit.event.LineBuffer;
import chatd.audit.seal.Seal;
import chatd.audit.seal.SealKey;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A batch of lines to be written together, and the end of the log once they are. Not thread-safe. */
final class LineBatch {
    private final LineBuffer lines;
    private final LogEnd end;
    private final boolean withNames;
    private @Nullable String seal;

    /**
     * @param lines an empty buffer for the lines
     * @param before the current end of the log; it is not modified
     * @param withNames whether accounts are logged with their names, or by number only
     */
    LineBatch(LineBuffer lines, LogEnd before, Instant now, boolean withNames) {
        this.lines = lines;
        this.end = before.copy();
        this.withNames = withNames;
        end.setTime(lines, now, withNames);
    }

    /** Adds the event that begins a segment; with it alone the segment still counts as empty. */
    void begin(AuditEvent beginning) {
        end.add(lines, beginning, withNames);
    }

    void add(List<AuditEvent> events) {
        events.forEach(event -> end.add(lines, event, withNames));
        if (!events.isEmpty()) {
            end.markNonEmpty();
        }
    }

    /** Seals the unsealed events if there are {@link Seal#MAX_UNSEALED} of them, or if {@code now} is set. */
    void seal(SealKey by, boolean now) {
        if (now || end.unsealed() >= Seal.MAX_UNSEALED) {
            seal = end.seal(lines, by);
        }
    }

    /** Returns the lines, as long as the buffer is not used for others. */
    ByteBuffer bytes() {
        return lines.from(0);
    }

    /** Returns the end of the log once the lines are written. */
    LogEnd end() {
        return end;
    }

    /** Returns the seal among the lines, or null if there is none. */
    @Nullable
    String seal() {
        return seal;
    }
}
