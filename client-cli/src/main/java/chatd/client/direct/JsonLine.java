package chatd.client.direct;

import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** Lines of JSON, as both sides of a direct session send them. */
final class JsonLine {
    private JsonLine() {}

    /** Returns a message of a type of {@code chat-json/1}, without anything else yet. */
    static ObjectNode message(int type) {
        return JsonMapper.shared().createObjectNode().put("type", type);
    }

    /** Returns the line, with its line break. */
    static byte[] of(ObjectNode message) {
        return (message + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Reads a line; a missing node if it is not JSON. */
    static JsonNode read(byte[] line) {
        try {
            return JsonMapper.shared().readTree(line);
        } catch (JacksonException e) {
            return MissingNode.getInstance();
        }
    }
}
