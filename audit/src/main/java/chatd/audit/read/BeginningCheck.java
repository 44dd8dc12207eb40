package chatd.audit.read;

import chatd.audit.form.Segment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks that a log begins with segment 1, or that it records the deletion, by retention, of the segment before. */
final class BeginningCheck {
    private final boolean mayBeExcerpt;
    private @Nullable Segment first;
    private Segment.@Nullable Deleted deleted;

    /** @param mayBeExcerpt whether the log may be an excerpt */
    BeginningCheck(boolean mayBeExcerpt) {
        this.mayBeExcerpt = mayBeExcerpt;
    }

    /** Checks the next segment; returns what is wrong with it, or null. */
    @Nullable
    String check(Segment segment) {
        Segment earliest = first == null ? segment : first;
        first = earliest;
        for (Segment.Deleted one : segment.deleted()) {
            if (one.segment() >= earliest.number) {
                continue;
            }
            if (one.segment() == earliest.number - 1) {
                deleted = one;
                if (!one.chain().equals(earliest.previous)) {
                    return "seq " + one.seq() + ": segment " + one.segment()
                            + " was deleted with a last chain that segment " + earliest.number
                            + " does not continue";
                }
            }
        }
        return null;
    }

    /**
     * Returns whether nothing is missing at the beginning, except what retention has deleted.
     *
     * @param authentic the seq of the last trusted seal
     */
    boolean isAuthentic(long authentic) {
        if (first == null || mayBeExcerpt) {
            return true;
        }
        boolean isWhole = first.number == 1 || (deleted != null && deleted.seq() < authentic);
        return isWhole && first.skipped() == 0;
    }

    /** Adds a note about what can't be verified. */
    void addNotes(List<String> notes) {
        Segment.Deleted logged = deleted;
        if (first != null && first.skipped() > 0) {
            notes.add("it is an excerpt: what was logged up to seq " + first.skipped() + " is left out,"
                    + " and nothing binds its first three lines to the rest");
            return;
        }
        if (first != null && first.number != 1) {
            notes.add("the log begins with segment " + first.number + ": "
                    + (logged == null
                            ? "what came before can't be verified, and nothing in it says who removed it"
                            : "what was before it was deleted by its retention, as seq " + logged.seq() + " says"));
        }
    }
}
