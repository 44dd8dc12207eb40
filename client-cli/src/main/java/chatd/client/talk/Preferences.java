package chatd.client.talk;

import chatd.protocol.value.Document;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The settings document of an account, as the server keeps it for all its clients: JSON, of which only {@code terminal}
 * and {@code common} are ours; the rest stays as it is. Immutable.
 */
public final class Preferences {
    /** Created with the first document, because it takes a while. */
    private static final class Json {
        static final JsonMapper MAPPER = JsonMapper.builder()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build();
    }

    private static final String COMMON = "common";
    private static final String IGNORED = "ignored";

    private final ObjectNode root;
    private final boolean isForeign;

    private Preferences(ObjectNode root, boolean isForeign) {
        this.root = root;
        this.isForeign = isForeign;
    }

    /** Returns the preferences of a user who has never set anything. */
    public static Preferences none() {
        return new Preferences(JsonNodeFactory.instance.objectNode(), false);
    }

    /** Reads a document; one that is not a JSON object has no settings for us. */
    public static Preferences of(Document document) {
        if (document.bytes().length == 0) {
            return none();
        }
        try {
            return Json.MAPPER.readTree(document.bytes()) instanceof ObjectNode object
                    ? new Preferences(object, false)
                    : new Preferences(JsonNodeFactory.instance.objectNode(), true);
        } catch (JacksonException e) {
            return new Preferences(JsonNodeFactory.instance.objectNode(), true);
        }
    }

    /** Returns whether the stored document is not ours to read: storing anything replaces it. */
    public boolean isForeign() {
        return isForeign;
    }

    /** Returns one of the setting's choices; its default if the document has none of them. */
    public String get(Setting setting) {
        return get(setting, setting.choices().getFirst());
    }

    /** @param fallback the value if the document has none of the choices */
    public String get(Setting setting, String fallback) {
        String value = root.path(setting.section()).path(setting.key()).asString("");
        return setting.choices().contains(value) ? value : fallback;
    }

    public boolean is(Setting setting, String value) {
        return get(setting).equals(value);
    }

    /** Returns the users whose texts and files are hidden. */
    public List<String> ignored() {
        return Stream.of(root.path(COMMON).path(IGNORED))
                .flatMap(JsonNode::valueStream)
                .filter(JsonNode::isString)
                .map(JsonNode::asString)
                .toList();
    }

    public Preferences with(Setting setting, String value) {
        ObjectNode changed = root.deepCopy();
        section(changed, setting.section()).put(setting.key(), value);
        return new Preferences(changed, false);
    }

    public Preferences ignoring(List<String> names) {
        ObjectNode changed = root.deepCopy();
        ArrayNode ignored = section(changed, COMMON).putArray(IGNORED);
        names.forEach(ignored::add);
        return new Preferences(changed, false);
    }

    private static ObjectNode section(ObjectNode document, String name) {
        return document.get(name) instanceof ObjectNode section ? section : document.putObject(name);
    }

    public Document document() {
        return new Document(Json.MAPPER.writeValueAsBytes(root));
    }
}
