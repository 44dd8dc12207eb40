package chatd.admin.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A password in transit to the daemon: only {@link #text} reveals it. */
public record Password(@JsonValue String text) {
    @JsonCreator
    public Password {}

    @Override
    public String toString() {
        return "Password[]";
    }
}
