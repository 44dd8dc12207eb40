package chatd.audit.read;

import chatd.audit.form.Segment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Judges what a log begins with: its first segment, or the first that retention has left, as the log itself must say. */
final class Beginning {
    private final boolean mayBeExcerpt;
    private @Nullable Segment first;
    private Segment.@Nullable Deleted deleted;

    /** @param mayBeExcerpt whether no more is asked for than what is there */
    Beginning(boolean mayBeExcerpt) {
        this.mayBeExcerpt = mayBeExcerpt;
    }

    /** Takes the next segment in; returns what is wrong, or null. */
    @Nullable
    String check(Segment segment) {
        Segment begun = first == null ? segment : first;
        first = begun;
        for (Segment.Deleted one : segment.deleted()) {
            if (one.segment() >= begun.number) {
                continue;
            }
            if (one.segment() == begun.number - 1) {
                deleted = one;
                if (!one.chain().equals(begun.previous)) {
                    return "seq " + one.seq() + ": segment " + one.segment()
                            + " was deleted with another end than the one that segment " + begun.number
                            + " goes on from";
                }
            }
        }
        return null;
    }

    /** @param authentic the last seal that is trusted */
    boolean isAuthentic(long authentic) {
        if (first == null || mayBeExcerpt) {
            return true;
        }
        boolean isWhole = first.number == 1 || (deleted != null && deleted.seq() < authentic);
        return isWhole && first.skipped() == 0;
    }

    /** Says what can't be judged. */
    void note(List<String> notes) {
        Segment.Deleted logged = deleted;
        if (first != null && first.skipped() > 0) {
            notes.add("it is an excerpt: what was logged up to seq " + first.skipped() + " is left out,"
                    + " and nothing binds its first three lines to the rest");
            return;
        }
        if (first != null && first.number != 1) {
            notes.add("the log begins with segment " + first.number + ": "
                    + (logged == null
                            ? "what was before it can't be judged, and nothing in it says who removed it"
                            : "what was before it was deleted by its retention, as seq " + logged.seq() + " says"));
        }
    }
}
