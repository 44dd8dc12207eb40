package chatd.acceptance.groups;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonTestBase;
import chatd.acceptance.kit.JsonType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The base of tests of groups, on each carrier. A group is named by its number, such as {@code G7}.
 */
public abstract class GroupTestBase extends JsonTestBase {
    /** A number that no group has. */
    public static final String NO_GROUP = "G999999999";

    public final Chatd.Person carol;

    public GroupTestBase(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
        this.carol = chatd.person();
    }

    /** Parses JSON, written with single quotes. */
    static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    /** Returns a message, without braces, that does something in a group; {@code more} are further keys. */
    public static String op(String op, String group, String... more) {
        String keys = Arrays.stream(more).map(key -> ", " + key).collect(Collectors.joining());
        return "'type': 23, 'info': {'op': '%s', 'group_id': '%s'%s}".formatted(op, group, keys);
    }

    protected static String add(String group, Chatd.Person person) {
        return op("add", group, "'users': ['%s']".formatted(person.name()));
    }

    public static String text(String group, String text) {
        return "'type': 4, 'receive': '%s', 'info': '%s'".formatted(group, text);
    }

    public static String takeBack(long mid) {
        return "'type': 31, 'info': {'mid': %d}".formatted(mid);
    }

    public static String correct(long mid, String text) {
        return "'type': 32, 'info': {'mid': %d, 'text': '%s'}".formatted(mid, text);
    }

    static String react(long mid, String code) {
        return "'type': 33, 'info': {'mid': %d, 'code': '%s', 'on': true}".formatted(mid, code);
    }

    /**
     * Sends a message, without braces, with an id of its own. Returns what answers it: type 17 (done), type 18
     * (refused), or the list of members. What comes before the answer is discarded.
     */
    public static JsonNode answer(JsonSocket by, String message) {
        String id = Chatd.newName();
        by.send("{%s, 'id': '%s'}".formatted(message, id));
        JsonNode next = by.next();
        while (!isAnswer(next, id)) {
            next = by.next();
        }
        return next;
    }

    private static boolean isAnswer(JsonNode message, String id) {
        return switch (message.path("type").asInt()) {
            case JsonType.DONE, JsonType.REFUSED ->
                message.path("info").path("id").asString("").equals(id);
            case JsonType.GROUP -> !message.has("mid");
            default -> false;
        };
    }

    /**
     * Sends a message that must be accepted; returns its number, 0 where nothing had to be done.
     */
    public static long perform(JsonSocket by, String message) {
        JsonNode answer = answer(by, message);
        assertThat(answer.path("type").asInt()).as("%s: %s", message, answer).isEqualTo(JsonType.DONE);
        return answer.path("info").path("mid").asLong();
    }

    /** Changes a group, of which these must be told next. */
    public static long change(JsonSocket by, String message, JsonSocket... told) {
        long mid = perform(by, message);
        for (JsonSocket one : told) {
            assertThat(one.expect(JsonType.GROUP).path("mid").asLong()).isEqualTo(mid);
        }
        return mid;
    }

    /** Sends a text to a group, which these must receive next. */
    protected static long say(JsonSocket by, String group, String text, JsonSocket... heard) {
        long mid = perform(by, text(group, text));
        for (JsonSocket one : heard) {
            assertThat(one.expect(JsonType.TEXT_TO_ALL).path("mid").asLong()).isEqualTo(mid);
        }
        return mid;
    }

    /** Returns the code with which something is refused. */
    public static String refusalCode(JsonSocket by, String message) {
        JsonNode answer = answer(by, message);
        assertThat(answer.path("type").asInt()).as("%s: %s", message, answer).isEqualTo(JsonType.REFUSED);
        return answer.path("info").path("code").asString();
    }

    /** Makes a group called Ops of these sessions' users; {@code more} are further keys. Everybody has been told. */
    public static String create(JsonSocket by, String more, JsonSocket... told) {
        String members = Arrays.stream(told)
                .map(JsonSocket::user)
                .filter(user -> !user.equals(by.user()))
                .map(user -> "'" + user + "'")
                .collect(Collectors.joining(", "));
        JsonNode answer = answer(
                by,
                "'type': 23, 'info': {'op': 'create', 'name': 'Ops', 'members': [%s]%s}"
                        .formatted(members, more.isEmpty() ? "" : ", " + more));
        assertThat(answer.path("type").asInt()).as("%s", answer).isEqualTo(JsonType.DONE);
        for (JsonSocket one : told) {
            assertThat(one.expect(JsonType.GROUP).path("mid"))
                    .isEqualTo(answer.path("info").path("mid"));
        }
        return answer.path("info").path("group_id").asString();
    }

    /** Returns a page of the group's history; {@code more} are further keys, beginning with a comma. */
    protected static JsonNode page(JsonSocket of, String group, String more) {
        of.send("{'type': 19, 'info': {'with': '%s'%s}}".formatted(group, more));
        return of.skipTo(JsonType.PAGE).path("info");
    }

    /** Returns the newest items, at most 50, as {@link #describe}. */
    protected static List<String> newestItems(JsonSocket to, String group) {
        return items(page(to, group, ""));
    }

    /** Returns the items of a page as {@link #describe}. */
    static List<String> items(JsonNode page) {
        return page.path("items").valueStream().map(GroupTestBase::describe).toList();
    }

    /** Describes an item: a text by its content, the others by their kind. */
    static String describe(JsonNode item) {
        JsonNode info = item.path("info");
        return switch (item.path("type").asInt()) {
            case JsonType.TEXT_TO_ALL -> info.isNull() ? "(taken back)" : info.asString();
            case JsonType.FILE ->
                info.isNull() ? "(taken back)" : "[" + info.path("name").asString() + "]";
            case JsonType.GROUP -> "(" + info.path("op").asString() + ")";
            case JsonType.TAKEN_BACK -> "(takes back)";
            case JsonType.CORRECTED -> "✎ " + info.path("text").asString();
            case JsonType.REACTION -> info.path("code").asString();
            default -> item.toString();
        };
    }

    /** Returns the message as a page has it. */
    protected static JsonNode item(JsonSocket reader, String group, long mid) {
        JsonNode item = page(reader, group, ", 'limit': 1, 'before': " + (mid + 1))
                .path("items")
                .path(0);
        assertThat(item.path("mid").asLong()).as("%s", item).isEqualTo(mid);
        return item;
    }

    /** Returns what is unread in a group, from the answer to a login; missing if nothing is. */
    protected final JsonNode unread(Chatd.Person person, String group) {
        return loginAnswer(person, "later").path("unread").path(group);
    }

    protected static JsonNode unread(int count, int mentions, long first, long last) {
        return json("{'count': %d, 'mentions': %d, 'first': %d, 'last': %d}".formatted(count, mentions, first, last));
    }

    /** Returns the members of a group, each with its role. */
    static List<String> roles(JsonSocket by, String group) {
        return members(by, group)
                .path("members")
                .valueStream()
                .map(one ->
                        one.path("user_id").asString() + " " + one.path("role").asString())
                .toList();
    }

    static JsonNode members(JsonSocket by, String group, String... more) {
        JsonNode list = answer(by, op("members", group, more));
        assertThat(list.path("type").asInt()).as("%s", list).isEqualTo(JsonType.GROUP);
        return list.path("info");
    }
}
