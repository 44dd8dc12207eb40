package chatd.doctor.finding;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a check came to. */
public enum Verdict {
    OK,
    /** Nothing is wrong yet; somebody should know nevertheless. */
    ADVICE,
    WRONG,
    /** It could not be looked at. */
    UNKNOWN;

    /** Returns its name in JSON: in lower case. */
    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
