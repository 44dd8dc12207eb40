package chatd.client.command;

import chatd.client.talk.item.Found;
import chatd.client.talk.item.GroupNews;
import chatd.client.talk.item.Item;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.MessageState;
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
public final class MessagePrinter {
    enum Form {
        text,
        jsonl
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            description = "How to print: ${COMPLETION-CANDIDATES}.")
    private Form form = Form.text;

    public void printItem(PrintStream out, Item item) {
        Long file = item.file();
        if (form == Form.jsonl) {
            print(out, object(item));
        } else {
            String what = switch (item.action()) {
                case SENT ->
                    file == null ? SafeText.text(item.text()) : "file " + file + ": " + SafeText.line(item.text());
                case ERASED -> "(taken back)";
                case TAKEN_BACK -> "took back #" + item.of();
                case CORRECTED -> "✎ #" + item.of() + " " + SafeText.text(item.text());
                case REACTED -> SafeText.line(item.text()) + " to #" + item.of();
                case GROUP -> SafeText.line(item.text());
                case REACTION_REMOVED -> "removed " + SafeText.line(item.text()) + " from #" + item.of();
            };
            out.println(timeFormatter().format(item.time()) + " " + SafeText.line(item.sender()) + ": "
                    + what.replace("\n", "\n    "));
        }
    }

    /** Prints a search hit; as JSON, with the places of the matches in it. */
    public void printFound(PrintStream out, Found.Hit hit) {
        if (form == Form.text) {
            printItem(out, hit.item());
            return;
        }
        ObjectNode line = object(hit.item());
        ArrayNode at = line.putArray("at");
        hit.places().forEach(place -> at.addArray().add(place.start()).add(place.length()));
        print(out, line);
    }

    /**
     * Prints that something is stored, if the output is JSON.
     *
     * @param number its number; 0 if it has none
     */
    public void printStored(PrintStream out, long number) {
        if (isJson()) {
            ObjectNode sent = object("sent");
            if (number > 0) {
                sent.put("mid", number);
            }
            print(out, sent);
        }
    }

    /** Returns whether it prints JSON. */
    public boolean isJson() {
        return form == Form.jsonl;
    }

    /** Returns an object of a type, to be completed. */
    public static ObjectNode object(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }

    /** Adds what the server says of a user to an object. */
    public static ObjectNode addUser(ObjectNode to, UserEvent.FoundUser user) {
        return to.put("name", user.name()).put("online", user.online()).put("friend", user.friend());
    }

    /** Returns a message as JSON, with what the server says of it. */
    public static ObjectNode object(Item item) {
        Long file = item.file();
        ObjectNode line = JsonNodeFactory.instance
                .objectNode()
                .put("type", type(item))
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
        if (item.of() > 0) {
            line.put("of", item.of());
        }
        switch (item.action()) {
            case SENT -> amended(line, item.amended());
            case ERASED -> {
                return line.put("taken_back", true);
            }
            case TAKEN_BACK -> {
                return line;
            }
            case CORRECTED -> {
                return line.put("text", item.text());
            }
            case GROUP -> {
                return group(line, item);
            }
            case REACTED, REACTION_REMOVED -> {
                return line.put("code", item.text()).put("on", item.action() == Item.Action.REACTED);
            }
        }
        if (file == null) {
            return line.put("text", item.text());
        }
        line.put("name", item.text()).put("file", file);
        if (item.size() >= 0) {
            line.put("size", item.size()).put("media", item.media().type());
        }
        return item.media().width() == 0
                ? line
                : line.put("width", item.media().width())
                        .put("height", item.media().height());
    }

    private static String type(Item item) {
        return switch (item.action()) {
            case SENT, ERASED -> item.isFile() ? "file" : "text";
            case TAKEN_BACK -> "taken-back";
            case CORRECTED -> "corrected";
            case REACTED, REACTION_REMOVED -> "reaction";
            case GROUP -> "group";
        };
    }

    private static ObjectNode group(ObjectNode line, Item item) {
        GroupNews news = item.news();
        if (news != null) {
            line.put("op", news.op());
            ArrayNode users = line.putArray("users");
            news.users().forEach(users::add);
        }
        return line.put("text", item.text());
    }

    /** Adds the changes to a message: its earlier texts, the newest first, and the reactions by code. */
    private static void amended(ObjectNode line, MessageState amended) {
        if (!amended.earlier().isEmpty()) {
            ArrayNode earlier = line.putArray("corrected");
            amended.earlier()
                    .forEach(text -> earlier.addObject()
                            .put("mid", text.number())
                            .put("time", text.time().toString())
                            .put("text", text.text()));
        }
        if (!amended.reactions().isEmpty()) {
            ObjectNode reactions = line.putObject("reactions");
            amended.reactions().forEach((code, reaction) -> reactions.put(code, reaction.count()));
        }
    }

    public static void print(PrintStream out, ObjectNode line) {
        out.println(json(line));
    }

    /** Returns a value as ASCII JSON, so that text from others can't control the terminal that prints it. */
    public static String json(JsonNode value) {
        return SafeText.json(Json.MAPPER.writeValueAsString(value));
    }

    private static final class Json {
        static final JsonMapper MAPPER =
                JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    }

    public static DateTimeFormatter timeFormatter() {
        return DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());
    }

    public void printPresence(PrintStream out, String name, String state) {
        if (form == Form.jsonl) {
            print(out, JsonNodeFactory.instance.objectNode().put("type", state).put("name", name));
        } else {
            out.println("* " + SafeText.line(name) + " is " + state);
        }
    }
}
