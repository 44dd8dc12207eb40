package chatd.audit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Judges what a log begins with: its first segment, or the first that retention has left, as the log itself must say. */
final class Beginning {
    private @Nullable Segment first;
    private Segment.@Nullable Deleted deleted;

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
        return first == null || first.number == 1 || (deleted != null && deleted.seq() < authentic);
    }

    /** Says what can't be judged. */
    void note(List<String> notes) {
        Segment.Deleted logged = deleted;
        if (first != null && first.number != 1) {
            notes.add("the log begins with segment " + first.number + ": "
                    + (logged == null
                            ? "what was before it can't be judged, and nothing in it says who removed it"
                            : "what was before it was deleted by its retention, as seq " + logged.seq() + " says"));
        }
    }
}
