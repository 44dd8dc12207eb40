package chatd.client.direct;

import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The lines that surround a file's bytes on its stream, in the vocabulary of {@code chat-json/1}. */
sealed interface FileLine {
    /** Maximum length of a line, in bytes. */
    int MAX_BYTES = 4_096;

    /**
     * Offers a file.
     *
     * @param size in bytes
     * @param modified when it was last changed, in milliseconds since 1970: with name and size it identifies a file
     *     that was partly received before
     */
    record Start(String name, long size, long modified) implements FileLine {}

    /** Accepts the file, from this offset on. */
    record Accepted(long offset) implements FileLine {}

    record Declined() implements FileLine {}

    /** All bytes were sent; their SHA-256 in hexadecimal. */
    record End(String sha256) implements FileLine {}

    /** Says whether it has arrived whole. */
    record Stored(boolean isWhole) implements FileLine {}

    private static ObjectNode message(int type, String op) {
        ObjectNode message = JsonLine.message(type);
        message.putObject("info").put("op", op);
        return message;
    }

    /** Returns the line, with its line break. */
    default byte[] line() {
        ObjectNode message = switch (this) {
            case Start(String name, long size, long modified) -> {
                ObjectNode start = message(6, "start");
                start.withObject("/info").put("name", name).put("size", size).put("modified", modified);
                yield start;
            }
            case Accepted(long offset) -> {
                ObjectNode go = message(6, "get");
                go.withObject("/info").put("offset", offset);
                yield go;
            }
            case Declined() -> JsonLine.message(10).put("info", false);
            case End(String sha256) -> {
                ObjectNode end = message(6, "end");
                end.withObject("/info").put("sha256", sha256);
                yield end;
            }
            case Stored(boolean isWhole) -> {
                ObjectNode stored = message(17, "end");
                stored.withObject("/info").put("whole", isWhole);
                yield stored;
            }
        };
        return JsonLine.of(message);
    }

    /** Reads a line; empty if it is none of these. */
    static Optional<FileLine> read(byte[] line) {
        JsonNode message = JsonLine.read(line);
        JsonNode info = message.path("info");
        int type = message.path("type").asInt(0);
        if (type == 10) {
            return Optional.of(new Declined());
        }
        String op = info.path("op").asString("");
        if (type == 17 && op.equals("end")) {
            return Optional.of(new Stored(info.path("whole").asBoolean(false)));
        }
        if (type != 6 && type != 12) {
            return Optional.empty();
        }
        return switch (op) {
            case "start" ->
                info.path("name").isString() && info.path("size").asLong(-1) >= 0
                        ? Optional.of(new Start(
                                info.path("name").stringValue(),
                                info.path("size").asLong(),
                                info.path("modified").asLong(0)))
                        : Optional.empty();
            case "get" -> Optional.of(new Accepted(info.path("offset").asLong(0)));
            case "end" -> Optional.of(new End(info.path("sha256").asString("")));
            default -> Optional.empty();
        };
    }
}
