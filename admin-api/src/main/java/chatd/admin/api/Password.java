package chatd.admin.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A password on its way to the daemon: shown by nothing but {@link #text}. */
public record Password(@JsonValue String text) {
    @JsonCreator
    public Password {}

    @Override
    public String toString() {
        return "Password[]";
    }
}
