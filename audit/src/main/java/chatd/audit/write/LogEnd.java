package chatd.audit.write;

import chatd.audit.event.AuditEvent;
import chatd.audit.event.LogEvent;
import chatd.audit.form.Chain;
import chatd.audit.form.Line;
import chatd.audit.form.Segment;
import chatd.audit.seal.SealKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where the log ends: what its next line goes on from. The lines that are made change a copy, which takes the place of the
 * one before once they are written. Not for several threads.
 */
final class LogEnd {
    private Chain chain;
    private long seq;
    private Instant time;
    private boolean isClockBehind;
    private boolean isEmpty;
    private long message;
    private long change;
    private long unsealed;
    private Instant unsealedSince;

    /** The end of a segment that was read. */
    LogEnd(Segment open, @Nullable Segment before) {
        this.chain = new Chain(open.chain());
        this.isEmpty = open.lastSeq() < 0;
        // A segment without an event goes on from the one before it.
        Segment last = open.lastSeq() < 0 && before != null ? before : open;
        Instant lastTime = last.lastTime();
        this.seq = Math.max(last.lastSeq(), 0);
        this.time = lastTime == null ? open.started : lastTime;
        this.message = last.lastMessage();
        this.change = last.lastChange();
        this.unsealed = open.unsealed();
        this.unsealedSince = open.started;
    }

    private LogEnd(LogEnd other) {
        this.chain = other.chain.from(other.chain.head());
        this.seq = other.seq;
        this.time = other.time;
        this.isClockBehind = other.isClockBehind;
        this.isEmpty = other.isEmpty;
        this.message = other.message;
        this.change = other.change;
        this.unsealed = other.unsealed;
        this.unsealedSince = other.unsealedSince;
    }

    LogEnd copy() {
        return new LogEnd(this);
    }

    /** The same in a segment that has just begun. */
    LogEnd inSegment(String itsChain) {
        LogEnd next = copy();
        next.chain = chain.from(itsChain);
        next.isEmpty = true;
        next.unsealed = 0;
        return next;
    }

    /** The time of the lines that follow; a clock that was set back is an event, once. */
    void at(StringBuilder lines, Instant now, boolean names) {
        if (!now.isBefore(time)) {
            isClockBehind = false;
            time = now;
        } else if (!isClockBehind) {
            isClockBehind = true;
            add(lines, new LogEvent.ClockSetBack(Duration.between(now, time)), names);
        }
    }

    /** Adds the line of an event; what the log says of itself does not fill a segment. */
    void add(StringBuilder lines, AuditEvent event, boolean names) {
        lines.append(chained(Line.event(++seq, time, event, names)));
        unsealedSince = unsealed++ == 0 ? time : unsealedSince;
        message = Math.max(message, event.message().orElse(0));
        change = Math.max(change, event.change().orElse(0));
    }

    /** There are events in the segment that were handed in. */
    void fill() {
        isEmpty = false;
    }

    /** Adds a seal, where there is something to seal; returns its element, else null. */
    @Nullable
    String seal(StringBuilder lines, SealKey by) {
        if (unsealed == 0) {
            return null;
        }
        String seal = chained(Line.seal(chain.head(), ++seq, time, unsealed, by));
        lines.append(seal);
        unsealed = 0;
        return seal.stripTrailing();
    }

    private String chained(String line) {
        return Line.chained(line, chain.add(line.getBytes(StandardCharsets.UTF_8)));
    }

    String chain() {
        return chain.head();
    }

    long seq() {
        return seq;
    }

    Instant time() {
        return time;
    }

    boolean isEmpty() {
        return isEmpty;
    }

    long message() {
        return message;
    }

    long change() {
        return change;
    }

    /** Events since the last seal. */
    long unsealed() {
        return unsealed;
    }

    /** When the first of them was logged. */
    Instant unsealedSince() {
        return unsealedSince;
    }
}
