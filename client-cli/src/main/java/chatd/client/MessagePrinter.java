package chatd.client;

import chatd.client.talk.Item;
import chatd.protocol.event.UserEvent;
import chatd.text.SafeText;
import java.io.PrintStream;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import picocli.CommandLine.Option;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Prints messages for scripts, as lines to read or as JSON, one object a line (docs/client.md). */
final class MessagePrinter {
    enum Form {
        text,
        jsonl
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            description = "How to print: ${COMPLETION-CANDIDATES}.")
    private Form form = Form.text;

    void item(PrintStream out, Item item) {
        Long file = item.file();
        if (form == Form.jsonl) {
            print(out, object(item));
        } else {
            String what =
                    file == null ? SafeText.text(item.text()) : "file " + file + ": " + SafeText.line(item.text());
            out.println(time().format(item.time()) + " " + SafeText.line(item.sender()) + ": "
                    + what.replace("\n", "\n    "));
        }
    }

    /** Returns whether it prints JSON. */
    boolean isJson() {
        return form == Form.jsonl;
    }

    /** Returns an object of a type, to be completed. */
    static ObjectNode object(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }

    /** Adds what the server says of a user to an object. */
    static ObjectNode user(ObjectNode to, UserEvent.FoundUser user) {
        return to.put("name", user.name()).put("online", user.online()).put("friend", user.friend());
    }

    /** Returns a message as JSON, with what the server says of it. */
    static ObjectNode object(Item item) {
        Long file = item.file();
        ObjectNode line = JsonNodeFactory.instance
                .objectNode()
                .put("type", file == null ? "text" : "file")
                .put("time", item.time().toString());
        if (item.number() > 0) {
            line.put("mid", item.number());
        }
        line.put("from", item.sender());
        if (item.to().isPresent()) {
            ArrayNode to = line.putArray("to");
            item.to().get().forEach(to::add);
        }
        if (item.answered() > 0) {
            line.put("re", item.answered());
        }
        if (file == null) {
            return line.put("text", item.text());
        }
        line.put("name", item.text()).put("file", file);
        return item.size() < 0 ? line : line.put("size", item.size());
    }

    static void print(PrintStream out, ObjectNode line) {
        out.println(json(line));
    }

    /** Returns a value as ASCII JSON, so that text from others can't control the terminal that prints it. */
    static String json(JsonNode value) {
        return SafeText.json(Json.MAPPER.writeValueAsString(value));
    }

    private static final class Json {
        static final JsonMapper MAPPER =
                JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    }

    static DateTimeFormatter time() {
        return DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());
    }

    void presence(PrintStream out, String name, String state) {
        if (form == Form.jsonl) {
            print(out, JsonNodeFactory.instance.objectNode().put("type", state).put("name", name));
        } else {
            out.println("* " + SafeText.line(name) + " is " + state);
        }
    }
}
