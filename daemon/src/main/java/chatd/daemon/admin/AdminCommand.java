package chatd.daemon.admin;

import chatd.daemon.service.Refusal;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** One command of the administrators. Each call on a thread of its own; may block. */
interface AdminCommand {
    /** As it is typed, {@code user add}. */
    String name();

    /** What the log is to show of it: everything but secrets. */
    default List<Map.Entry<String, String>> arguments(JsonNode request) {
        return List.of();
    }

    /** Whether it is done even where it can't be logged at the time: it shows what is wrong, and changes nothing. */
    default boolean isServedUnlogged() {
        return false;
    }

    /**
     * Does it.
     *
     * @param by the Unix user
     * @param out takes what comes before the result, a line at a time
     * @return the result, to be written as JSON
     * @throws Refusal where it can't be done
     */
    Object run(JsonNode request, String by, Lines out) throws IOException, InterruptedException;

    /** Where a command that goes on writes. */
    interface Lines {
        void write(Object line) throws IOException;
    }

    /** A text of the request; a {@link Refusal} where it is not there. */
    static String text(JsonNode request, String key) {
        JsonNode value = request.path(key);
        if (!value.isString() || value.asString().isEmpty()) {
            throw new Refusal(chatd.daemon.service.Code.MALFORMED, "The command lacks " + key + ".");
        }
        return value.asString();
    }
}
