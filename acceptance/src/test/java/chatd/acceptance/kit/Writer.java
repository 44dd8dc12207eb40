package chatd.acceptance.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody who writes in JSON lines, without looking at what others say; used by one thread. */
public final class Writer implements AutoCloseable {
    /** How many texts are in flight at once. */
    private static final int WINDOW = 100;

    private final JsonSocket socket;

    public Writer(Chatd chatd, Chatd.Person person) {
        socket = chatd.logInJson(JsonCarrier.LINES, person, "writes");
    }

    /** Returns the number of the user who writes, as {@code U12}. */
    public String user() {
        return socket.user();
    }

    /** Sends a text to somebody; returns its number when it is stored. */
    public long says(Chatd.Person to, String text) {
        return says(3, to.name(), text);
    }

    /** Sends a text to a group, or, with an empty name, to everyone; returns its number when it is stored. */
    public long saysTo(String group, String text) {
        return says(4, group, text);
    }

    private long says(int type, String to, String text) {
        send(text(type, to, text));
        return awaitDone().path("mid").asLong();
    }

    /** Sends the texts {@code line FIRST} to {@code line LAST}; returns when all are stored. */
    public void saysLines(Chatd.Person to, int first, int last) {
        int answered = first;
        for (int line = first; line <= last; line++) {
            send(text(3, to.name(), "line " + line));
            if (line - answered >= WINDOW) {
                awaitDone();
                answered++;
            }
        }
        for (; answered <= last; answered++) {
            awaitDone();
        }
    }

    private static Map<String, Object> text(int type, String to, String text) {
        return Map.of("type", type, "id", UUID.randomUUID().toString(), "receive", to, "info", text);
    }

    /** Creates a group with these members; returns its number, as {@code G1}. */
    public String createGroup(String name, String... members) {
        return sendCommand(23, Map.of("op", "create", "name", name, "members", List.of(members)))
                .path("group_id")
                .asString();
    }

    /** Sends any command; returns the {@code info} of its answer, of type 17. */
    public JsonNode sendCommand(int type, Map<String, Object> info) {
        send(Map.of("type", type, "id", UUID.randomUUID().toString(), "info", info));
        return awaitDone();
    }

    /** Returns how many sessions the account has, this one among them. */
    public int sessions() {
        send(Map.of("type", 30, "info", Map.of("op", "list")));
        JsonNode list = socket.next();
        while (list.path("type").asInt() != JsonType.SESSIONS) {
            list = socket.next();
        }
        return list.path("info").size();
    }

    private void send(Map<String, Object> message) {
        // JsonSocket.send() replaces apostrophes by quotation marks.
        socket.send(JsonMapper.shared().writeValueAsString(message).replace("'", "\\u0027"));
    }

    private JsonNode awaitDone() {
        JsonNode answer = socket.next();
        while (answer.path("type").asInt() != JsonType.DONE) {
            assertThat(answer.path("type").asInt()).as("%s", answer).isNotEqualTo(JsonType.REFUSED);
            answer = socket.next();
        }
        return answer.path("info");
    }

    @Override
    public void close() {
        socket.close();
    }
}
