package chatd.audit.read;

import chatd.audit.form.Chain;
import chatd.audit.form.Segment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks that segments are one log: that each continues the one before it, that their seals hold, and that nothing is missing
 * at the beginning except what retention deleted. The last segment may be checked again as it grows.
 */
final class Continuity {
    private final List<String> notes = new ArrayList<>();
    private final SealCheck seals;
    private final BeginningCheck beginning;
    private @Nullable Segment before;
    private @Nullable Segment last;

    /** The seq of the last event or seal before the last segment; -1 if there is none. */
    private long seqBefore = -1;

    private @Nullable Instant timeBefore;

    Continuity(AuditorTerms auditor) {
        seals = new SealCheck(auditor.keys(), auditor.anchors(), notes);
        beginning = new BeginningCheck(auditor.mayBeExcerpt());
    }

    /** Returns why a segment does not continue the one before it, or null. */
    @Nullable
    String checkSuccession(Segment segment) {
        Segment known = last;
        if (segment != known) {
            before = known;
            last = segment;
            if (known != null && known.lastSeq() >= 0) {
                seqBefore = known.lastSeq();
                timeBefore = known.lastTime();
            }
        }
        return before == null ? checkFirst(segment) : checkSuccession(before, segment);
    }

    private static @Nullable String checkFirst(Segment segment) {
        if (segment.number != 1) {
            return null;
        }
        if (!segment.previous.equals(Chain.ORIGIN)) {
            return "line 3: the first segment names one before it";
        }
        return segment.firstSeq() > 1 && segment.skipped() == 0
                ? "line 4: seq is " + segment.firstSeq() + " where 1 was expected"
                : null;
    }

    private @Nullable String checkSuccession(Segment earlier, Segment segment) {
        if (segment.skipped() > 0) {
            return "line 4: something is left out, which is allowed only in an excerpt's first segment";
        }
        if (segment.number != earlier.number + 1) {
            return "line 3: segment " + (earlier.number + 1) + " is missing before it";
        }
        if (!segment.previous.equals(earlier.chain())) {
            return "line 3: it does not continue the segment before it";
        }
        if (segment.firstSeq() >= 0 && seqBefore >= 0 && segment.firstSeq() != seqBefore + 1) {
            return "line 4: seq is " + segment.firstSeq() + " where " + (seqBefore + 1) + " was expected";
        }
        Instant end = timeBefore;
        if (end != null && segment.started.isBefore(end)) {
            return "line 3: it began before the segment before it ended";
        }
        return null;
    }

    /** Returns what is wrong with the seals of the last segment, or with what it says was deleted; null if nothing is. */
    @Nullable
    String checkSeals(Segment segment) {
        String wrong = seals.check(segment);
        return wrong == null ? beginning.check(segment) : wrong;
    }

    /** Returns what is wrong once all segments have been checked, or null. */
    @Nullable
    String finish() {
        String wrong = seals.finish();
        beginning.addNotes(notes);
        return wrong;
    }

    /** Returns what can't be verified so far. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    /** Returns the seq of the last trusted seal; 0 if there is none. */
    long lastTrustedSeq() {
        return seals.lastTrustedSeq();
    }

    /** Returns whether the last seal is trusted, and nothing is missing at the beginning but what was deleted. */
    boolean isAuthentic() {
        return seals.isAuthentic() && beginning.isAuthentic(seals.lastTrustedSeq());
    }
}
