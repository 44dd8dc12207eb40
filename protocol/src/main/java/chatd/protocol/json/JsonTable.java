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
 * The messages of {@code chat-json/1}, each declared once ({@link JsonCommands}, {@link JsonEvents}): type, keys, and the
 * record that it is. Reader and writer, on both sides, and the table of the documentation come from here.
 */
final class JsonTable {
    private JsonTable() {}

    /** The last of the types that the pages have. */
    private static final int LAST = 29;

    private static final Map<Class<?>, List<JsonMessage<?>>> BY_RECORD = Stream.concat(
                    JsonCommands.ROWS.stream(), JsonEvents.ROWS.stream())
            .collect(Collectors.groupingBy(JsonMessage::record, Collectors.toList()));

    /**
     * Writes a message.
     *
     * @return whether there is one for the value; else nothing was written
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
     * @return nothing where no row has it
     * @throws JsonValue.Misshapen where it is not as its row has it
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

    /** Whether the pages have such a type; it may be one that the daemon does not take yet. */
    static boolean isType(JsonNode type) {
        return type.isInt() && type.intValue() >= 1 && type.intValue() <= LAST;
    }

    /** The type that a command came as; 0 where it had none. */
    static long type(@Nullable Command command) {
        if (command instanceof SessionCommand.Malformed malformed) {
            return malformed.called().isEmpty() ? 0 : Long.parseLong(malformed.called());
        }
        return JsonCommands.ROWS.stream()
                .filter(row -> row.record().isInstance(command))
                .findFirst()
                .map(JsonMessage::type)
                .orElse(0);
    }

    /** {@code id}, of a message to the daemon. */
    static String id(JsonNode message) {
        JsonNode id = message.path("id");
        return id.isMissingNode() ? "" : JsonCommands.ID.read(id, "id");
    }
}
