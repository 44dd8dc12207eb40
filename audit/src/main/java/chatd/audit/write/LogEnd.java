package chatd.audit.write;

import chatd.audit.event.AuditEvent;
import chatd.audit.event.LineBuffer;
import chatd.audit.event.LogEvent;
import chatd.audit.form.Chain;
import chatd.audit.form.Line;
import chatd.audit.form.Segment;
import chatd.audit.seal.SealKey;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The end of the log, from which its next line continues. Formatting lines changes a copy, which replaces the original
 * once they are written. Not thread-safe.
 */
final class LogEnd {
    private Chain chain;
    private long seq;
    private Instant time;
    private String timeText;
    private boolean isClockBehind;
    private boolean isEmpty;
    private long lastMessage;
    private long lastChange;
    private long unsealed;
    private Instant unsealedSince;

    /** Creates the log end from a segment that was read. */
    LogEnd(Segment open, @Nullable Segment before) {
        this.chain = new Chain(open.chain());
        this.isEmpty = open.lastSeq() < 0;
        // A segment without events continues from the one before it.
        Segment last = open.lastSeq() < 0 && before != null ? before : open;
        Instant lastTime = last.lastTime();
        this.seq = Math.max(last.lastSeq(), 0);
        this.time = lastTime == null ? open.started : lastTime;
        this.timeText = Line.TIME.format(time);
        this.lastMessage = last.lastMessage();
        this.lastChange = last.lastChange();
        this.unsealed = open.unsealed();
        this.unsealedSince = open.started;
    }

    private LogEnd(LogEnd other) {
        this.chain = other.chain.copy();
        this.seq = other.seq;
        this.time = other.time;
        this.timeText = other.timeText;
        this.isClockBehind = other.isClockBehind;
        this.isEmpty = other.isEmpty;
        this.lastMessage = other.lastMessage;
        this.lastChange = other.lastChange;
        this.unsealed = other.unsealed;
        this.unsealedSince = other.unsealedSince;
    }

    LogEnd copy() {
        return new LogEnd(this);
    }

    /** Returns a copy of this end that continues in a new segment. */
    LogEnd forNewSegment(String itsChain) {
        LogEnd next = copy();
        next.chain = chain.from(itsChain);
        next.isEmpty = true;
        next.unsealed = 0;
        return next;
    }

    /** Sets the time of the lines that follow; if the clock was set back, that is logged once. */
    void setTime(LineBuffer lines, Instant now, boolean withNames) {
        if (!now.isBefore(time)) {
            isClockBehind = false;
            time = now;
            timeText = Line.TIME.format(time);
        } else if (!isClockBehind) {
            isClockBehind = true;
            add(lines, new LogEvent.ClockSetBack(Duration.between(now, time)), withNames);
        }
    }

    /** Adds an event's line; a segment counts as empty until {@link #markNonEmpty}. */
    void add(LineBuffer lines, AuditEvent event, boolean withNames) {
        int start = lines.size();
        addToChain(lines, start, Line.event(lines, ++seq, timeText, event, withNames));
        unsealedSince = unsealed++ == 0 ? time : unsealedSince;
        lastMessage = Math.max(lastMessage, event.message().orElse(0));
        lastChange = Math.max(lastChange, event.change().orElse(0));
    }

    /** Marks the segment as no longer empty: it has other events than the one that begins it and clock events. */
    void markNonEmpty() {
        isEmpty = false;
    }

    /** Adds a seal if there are unsealed events; returns its element, or null if there are none. */
    @Nullable
    String seal(LineBuffer lines, SealKey by) {
        if (unsealed == 0) {
            return null;
        }
        int start = lines.size();
        addToChain(lines, start, Line.seal(lines, chain.head(), ++seq, timeText, unsealed, by));
        unsealed = 0;
        return lines.text(start).stripTrailing();
    }

    private void addToChain(LineBuffer lines, int start, int at) {
        Line.chain(lines, at, chain.add(lines.from(start)));
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

    long lastMessage() {
        return lastMessage;
    }

    long lastChange() {
        return lastChange;
    }

    /** Returns the number of events since the last seal. */
    long unsealed() {
        return unsealed;
    }

    /** Returns when the first of the unsealed events was logged. */
    Instant unsealedSince() {
        return unsealedSince;
    }
}
