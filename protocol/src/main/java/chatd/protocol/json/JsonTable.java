package chatd.protocol.json;

import chatd.protocol.command.Command;
import chatd.protocol.command.SessionCommand;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * The messages of {@code chat-json/1}, each declared once ({@link JsonCommands}, {@link JsonEvents}): type, keys and
 * record. The readers and writers of both sides, and the documentation's table, are derived from these rows.
 */
final class JsonTable {
    private JsonTable() {}

    /** The highest message type of the dialect. */
    private static final int LAST = 39;

    private static final Map<Class<?>, List<JsonMessage<?>>> BY_RECORD = Stream.concat(
                    JsonCommands.ROWS.stream(), JsonEvents.ROWS.stream())
            .collect(Collectors.groupingBy(JsonMessage::record, Collectors.toList()));

    /**
     * Writes a message.
     *
     * @return whether there is a message for the value; if not, nothing was written
     */
    static boolean write(JsonGenerator out, Object value) {
        for (JsonMessage<?> row : BY_RECORD.getOrDefault(value.getClass(), List.of())) {
            if (row.carries(value)) {
                row.write(out, value);
                return true;
            }
        }
        return false;
    }

    /**
     * Reads a message.
     *
     * @return the record; empty if no row reads the message
     * @throws JsonValue.InvalidMessage if the message does not match its row
     */
    static <M> Optional<M> read(List<JsonMessage<? extends M>> rows, JsonNode message) {
        int type = message.path("type").asInt(0);
        for (JsonMessage<? extends M> row : rows) {
            if (row.reads(type, message)) {
                return Optional.of(row.read(message));
            }
        }
        return Optional.empty();
    }

    /** Returns whether the dialect has this type, 1 to {@link #LAST}; the daemon may not support it yet. */
    static boolean isType(JsonNode type) {
        return type.isInt() && type.intValue() >= 1 && type.intValue() <= LAST;
    }

    /** Returns the message type of a received command; 0 if it had none. */
    static long type(@Nullable Command command) {
        if (command instanceof SessionCommand.Malformed malformed) {
            return malformed.claimedType().isEmpty() ? 0 : Long.parseLong(malformed.claimedType());
        }
        return JsonCommands.ROWS.stream()
                .filter(row -> row.record().isInstance(command))
                .findFirst()
                .map(JsonMessage::type)
                .orElse(0);
    }

    /** Returns the {@code id} of a message to the daemon; empty if it has none. */
    static String id(JsonNode message) {
        JsonNode id = message.path("id");
        return id.isMissingNode() ? "" : JsonValue.ID.read(id, "id");
    }
}
