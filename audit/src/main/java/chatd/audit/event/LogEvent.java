package chatd.audit.event;

import static chatd.audit.event.Attribute.*;

import chatd.audit.seal.SealPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Events that the log records about itself. */
public sealed interface LogEvent extends AuditEvent {

    /** The first event of a segment, naming the previous segment; the numbers are as in {@link AuditEvent.Started}. */
    record Rotated(String closed, long lastMessage, long lastChange) implements LogEvent {
        @Override
        public String type() {
            return "rotation";
        }

        @Override
        public void describe(Fields to) {
            to.put(MESSAGE, lastMessage).put(CHANGE, lastChange).put(SEGMENT, closed);
        }
    }

    /** At startup, a torn tail, or a part or document that is not a segment, was moved to the file {@code kept}. */
    record Recovered(long bytes, String kept) implements LogEvent {
        @Override
        public String type() {
            return "recovery";
        }

        @Override
        public void describe(Fields to) {
            to.put(SIZE, bytes).put(DETAIL, "torn tail kept in " + kept);
        }
    }

    /** The machine's clock was set back; until it has caught up, events repeat the last time. */
    record ClockSetBack(Duration by) implements LogEvent {
        @Override
        public String type() {
            return "clock";
        }

        @Override
        public void describe(Fields to) {
            to.put(DETAIL, "set back by " + by.toMillis() + " ms");
        }
    }

    /** The machine's clock jumped ahead, or the daemon or the machine was suspended for that long. */
    record ClockAhead(Duration by) implements LogEvent {
        @Override
        public String type() {
            return "clock";
        }

        @Override
        public void describe(Fields to) {
            to.put(DETAIL, "ahead by " + by.toMillis() + " ms");
        }
    }

    /**
     * Announces a key that seals the log. In a segment with that key, it seals from this segment on; otherwise from the
     * next, and the previous key, if it is available, seals this event.
     */
    record KeyAnnounced(SealPublicKey key) implements LogEvent {
        @Override
        public String type() {
            return "key";
        }

        @Override
        public void describe(Fields to) {
            to.key(key);
        }
    }

    /**
     * The log could not be written, one of its files was removed or replaced, or events were lost; {@code over} if it
     * can be written again.
     */
    record LogTroubled(boolean isResolved, String what) implements LogEvent {
        @Override
        public String type() {
            return "log";
        }

        @Override
        public Outcome outcome() {
            return isResolved ? Outcome.OK : Outcome.FAILED;
        }

        @Override
        public void describe(Fields to) {
            to.put(DETAIL, what);
        }
    }

    /**
     * A segment is past the retention period and is about to be deleted.
     *
     * @param chain its last chain
     */
    record SegmentDeleted(String name, String chain) implements LogEvent {
        @Override
        public String type() {
            return "retention";
        }

        @Override
        public void describe(Fields to) {
            to.put(SEGMENT, name).put(REFERENCE, chain);
        }
    }

    /** A range of numbers that are logged but not stored: {@code kind} is an attribute's name, or {@code account}. */
    record Range(String kind, long from, long to) {}

    /**
     * The database was restored from a backup; what was logged, or may have been given a number, since then is lost.
     *
     * @param backup when the backup was made; {@code sha256} that of its file, in hexadecimal
     */
    record Restored(Instant backup, String sha256, List<Range> lost) implements LogEvent {
        @Override
        public String type() {
            return "restore";
        }

        @Override
        public void describe(Fields to) {
            to.put(DETAIL, "from the backup of " + backup)
                    .put(REFERENCE, sha256)
                    .lost(lost);
        }
    }

    /** The database is older than the log, for example after a restore; entries logged but not stored are lost. */
    record DatabaseOlder(List<Range> lost) implements LogEvent {
        @Override
        public String type() {
            return "restore";
        }

        @Override
        public Outcome outcome() {
            return Outcome.FAILED;
        }

        @Override
        public void describe(Fields to) {
            to.put(DETAIL, "the database is older than the log").lost(lost);
        }
    }
}
