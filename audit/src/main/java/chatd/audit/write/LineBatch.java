package chatd.audit.write;

import chatd.audit.event.AuditEvent;
import chatd.audit.seal.Seal;
import chatd.audit.seal.SealKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lines that are to be written together, and where the log ends once they are. Not for several threads. */
final class LineBatch {
    /** Characters of most events. */
    private static final int USUAL = 320;

    private final StringBuilder lines = new StringBuilder(USUAL);
    private final LogEnd end;
    private final boolean names;
    private @Nullable String seal;

    /**
     * @param before where the log ends now; it stays as it is
     * @param names whether accounts are named, or only numbered
     */
    LineBatch(LogEnd before, Instant now, boolean names) {
        this.end = before.copy();
        this.names = names;
        end.at(lines, now, names);
    }

    /** What the log says of a segment that it begins; it does not fill it. */
    void begin(AuditEvent beginning) {
        end.add(lines, beginning, names);
    }

    void add(List<AuditEvent> events) {
        lines.ensureCapacity(lines.length() + USUAL * events.size());
        events.forEach(event -> end.add(lines, event, names));
        if (!events.isEmpty()) {
            end.fill();
        }
    }

    /** Seals what is not sealed, where that is due by its number, or {@code now}. */
    void seal(SealKey by, boolean now) {
        if (now || end.unsealed() >= Seal.EVENTS) {
            seal = end.seal(lines, by);
        }
    }

    byte[] bytes() {
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Where the log ends once they are written. */
    LogEnd end() {
        return end;
    }

    /** The seal among them; null where there is none. */
    @Nullable
    String seal() {
        return seal;
    }
}
