package chatd.audit.write;

import chatd.audit.LogFiles;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.LogEvent;
import chatd.audit.form.ClosedSegments;
import chatd.audit.form.Segment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Deletes closed segments that are past the retention period. Each deletion is logged first, with the segment's last
 * chain, so that it can be told from tampering, and the next segment stays bound to it. Runs on one thread; the log
 * stays usable meanwhile.
 */
final class Retention {
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final Duration AFTER_FAILURE = Duration.ofHours(1);

    private final LogFiles files;
    private final ClosedSegments segments;
    private final Duration keep;
    private Instant next = Instant.MIN;

    /** @param keep how long a segment is kept after its last event; zero means for ever */
    Retention(LogFiles files, ClosedSegments segments, Duration keep) {
        this.files = files;
        this.segments = segments;
        this.keep = keep;
    }

    /** Logs an event and forces it to disk. */
    interface Logging {
        void log(AuditEvent event) throws IOException;
    }

    /** Deletes segments past the retention period, if a check is due. */
    void apply(Instant now, Logging logging) throws IOException {
        if (keep.isZero() || (now.isBefore(next) && !next.isAfter(now.plus(AFTER_FAILURE)))) {
            return;
        }
        next = now.plus(AFTER_FAILURE);
        delete(now, logging);
        next = now.plus(EVERY);
    }

    private void delete(Instant now, Logging logging) throws IOException {
        List<Path> closed = files.closed();
        for (int i = 0; i < closed.size(); i++) {
            Path file = closed.get(i);
            // It ended when the next one began: that head is a quick test, and is not trusted.
            Segment.Head after = Segment.Head.read(i + 1 < closed.size() ? closed.get(i + 1) : files.part());
            if (after.number() != LogFiles.segmentNumber(file) + 1
                    || after.started().plus(keep).isAfter(now)) {
                return;
            }
            Segment segment = Segment.read(file);
            Instant last = segment.lastTime();
            if (segment.wrong() != null
                    || !segment.isClosed()
                    || !segment.chain().equals(after.previous())) {
                throw new IOException(file + " was changed, or the next segment does not continue it; it is kept");
            }
            if (last != null && last.plus(keep).isAfter(now)) {
                throw new IOException(file + " is not as old as the head of the next segment says; it is kept");
            }
            logging.log(new LogEvent.SegmentDeleted(LogFiles.name(file), segment.chain()));
            segments.forget(file);
            Files.delete(file);
            files.syncDirectory();
        }
    }
}
