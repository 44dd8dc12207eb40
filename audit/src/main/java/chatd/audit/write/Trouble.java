package chatd.audit.write;

import chatd.audit.event.AuditEvent;
import chatd.audit.event.LogEvent;
import chatd.audit.form.Line;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What keeps the log from being written, since when, and who is told. Guarded by the log's lock where nothing else is said. */
final class Trouble {
    /** Else a disk that fails now and then would be told of to everyone, and logged, at its pace. */
    private static final Duration CALM = Duration.ofSeconds(5);

    private volatile @Nullable String why;
    private @Nullable Instant since;
    private volatile @Nullable IOException end;

    /** Before, by {@link System#nanoTime}, a force that failed is not tried again. */
    private long calmFrom = System.nanoTime();

    private volatile AuditLog.@Nullable Observer observer;

    /** Of the publisher's thread. */
    private boolean told;

    /** Takes in why something failed; returns whether that is a trouble that was none before. */
    boolean begins(IOException reason, Instant now) {
        if (reason instanceof OpenSegment.Lost || reason instanceof AuditLog.Taken) {
            end = reason;
        }
        if (why != null) {
            return false;
        }
        since = now;
        why = String.valueOf(reason.getMessage());
        return true;
    }

    /** A force failed: the next has time. */
    void calm() {
        calmFrom = System.nanoTime() + CALM.toNanos();
    }

    boolean isCalm() {
        return System.nanoTime() - calmFrom >= 0;
    }

    /** Null where all is well. On any thread. */
    @Nullable
    String why() {
        return why;
    }

    /** The event that it is over. */
    AuditEvent over() {
        return new LogEvent.LogTroubled(
                true,
                "written as before; since %s it could not be: %s"
                        .formatted(Line.TIME.format(Objects.requireNonNull(since)), why));
    }

    /** It is over. */
    void ends() {
        why = null;
    }

    /** On any thread. */
    void observe(AuditLog.Observer by) {
        observer = by;
    }

    /** On the publisher's thread, which holds nothing then. */
    void tell() {
        AuditLog.Observer to = observer;
        if (to == null) {
            return;
        }
        String now = why;
        if (told != (now != null)) {
            told = now != null;
            if (now != null) {
                to.logTroubled(now);
            } else {
                to.logWell();
            }
        }
        IOException last = end;
        if (last != null) {
            to.broken(last);
        }
    }
}
