package chatd.audit.event;

import static chatd.audit.event.Attribute.*;

import chatd.audit.seal.SealPublic;
import java.time.Duration;
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

    /** A torn tail was cut off at startup. */
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

    /** Announces the key that seals the log from the next segment, or the first; the previous key seals this event. */
    record KeyAnnounced(SealPublic key) implements LogEvent {
        @Override
        public String type() {
            return "key";
        }

        @Override
        public void describe(Fields to) {
            to.key(key);
        }
    }

    /** The log itself could not be written, or can be written again. */
    record LogTroubled(boolean over, String what) implements LogEvent {
        @Override
        public String type() {
            return "log";
        }

        @Override
        public Outcome outcome() {
            return over ? Outcome.OK : Outcome.FAILED;
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

    /** The database is older than the log, for example after a restore. What is logged but not stored is lost. */
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
