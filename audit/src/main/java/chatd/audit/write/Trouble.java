package chatd.audit.write;

import chatd.audit.FileFailure;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.LogEvent;
import chatd.audit.form.Line;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Why the log can't be written, since when, and whom to notify. Guarded by the log's lock unless noted otherwise. */
final class Trouble {
    /** Delay after a failed force: without it, every failure of an intermittent disk would be reported and logged. */
    static final Duration RETRY_DELAY = Duration.ofSeconds(5);

    private volatile @Nullable String why;
    private @Nullable Instant since;
    private volatile @Nullable IOException end;

    private final LongSupplier nanos;

    /** Earliest time at which a failed force is retried. */
    private long retryFrom;

    private volatile AuditLog.@Nullable Observer observer;

    /** Whether trouble was last reported to the observer. Confined to the publisher's thread. */
    private boolean isReported;

    Trouble() {
        this(System::nanoTime);
    }

    /** @param nanos the time in nanoseconds, from any beginning */
    Trouble(LongSupplier nanos) {
        this.nanos = nanos;
        this.retryFrom = nanos.getAsLong();
    }

    /** Records why writing to a file failed; returns whether it is the beginning of trouble. */
    boolean begin(IOException reason, Path file, Instant now) {
        if (reason instanceof SegmentFile.Lost || reason instanceof AuditLog.Taken) {
            end = reason;
        }
        if (why != null) {
            return false;
        }
        since = now;
        why = FileFailure.describe(reason, file);
        return true;
    }

    /** Puts off the next force after a failed one. */
    void backOff() {
        retryFrom = nanos.getAsLong() + RETRY_DELAY.toNanos();
    }

    boolean mayRetry() {
        return nanos.getAsLong() - retryFrom >= 0;
    }

    /** Returns why the log can't be written, or null if all is well. Safe for use by any thread. */
    @Nullable
    String why() {
        return why;
    }

    /** Returns the event that the trouble is over. */
    AuditEvent endEvent() {
        return new LogEvent.LogTroubled(
                true,
                "can be written again; could not be since %s: %s"
                        .formatted(Line.TIME.format(Objects.requireNonNull(since)), why));
    }

    /** Ends the trouble. */
    void end() {
        why = null;
    }

    /** Sets the observer. Safe for use by any thread. */
    void observe(AuditLog.Observer by) {
        observer = by;
    }

    /** Notifies the observer of changes. Called on the publisher's thread, with no lock held. */
    void notifyObserver() {
        AuditLog.Observer to = observer;
        if (to == null) {
            return;
        }
        String now = why;
        if (isReported != (now != null)) {
            isReported = now != null;
            if (now != null) {
                to.logFailed(now);
            } else {
                to.logRecovered();
            }
        }
        IOException last = end;
        if (last != null) {
            to.broken(last);
        }
    }
}
