package chatd.acceptance.kit;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.fixtures.TestTimeout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One connection of JSON messages, on either carrier, read by hand. Every read fails after {@link TestTimeout#LONG}. An expected
 * message may be preceded by presence of users that other tests left behind.
 */
public final class JsonSocket implements AutoCloseable {
    private static final Set<Integer> PRESENCE =
            Set.of(JsonType.OFFLINE, JsonType.ONLINE, JsonType.RENAMED, JsonType.AVATARS);

    private final SSLSocket socket;
    private final JsonCarrier.Messages messages;
    private String user = "";

    JsonSocket(SSLSocket socket, JsonCarrier.Messages messages) {
        this.socket = socket;
        this.messages = messages;
    }

    /** Returns the number of the user logged in, as {@code U12}; empty before login. */
    public String user() {
        return user;
    }

    /** Sends lines of JSON, written with single quotes. */
    public JsonSocket send(String... lines) {
        return raw(String.join("\n", lines).replace('\'', '"') + "\n");
    }

    public JsonSocket raw(String text) {
        try {
            messages.send(text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the next message, or null at a clean end. */
    public @Nullable JsonNode nextOrEnd() {
        try {
            byte[] message = messages.next();
            return message == null ? null : JsonMapper.shared().readTree(message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public JsonNode next() {
        JsonNode message = nextOrEnd();
        assertThat(message).as("closed by the daemon").isNotNull();
        return message;
    }

    /** Returns the next message, skipping presence of other types; it must be of this type. */
    public JsonNode expect(int type) {
        JsonNode message = next();
        while (PRESENCE.contains(message.path("type").asInt())
                && message.path("type").asInt() != type) {
            message = next();
        }
        assertThat(message.path("type").asInt()).as("%s", message).isEqualTo(type);
        return message;
    }

    /**
     * Returns the next message of this type, skipping all others; fails on a refusal, after which
     * it might never arrive.
     */
    public JsonNode skipTo(int type) {
        JsonNode message = next();
        while (message.path("type").asInt() != type) {
            assertThat(message.path("type").asInt()).as("%s", message).isNotEqualTo(JsonType.REFUSED);
            message = next();
        }
        return message;
    }

    /** Returns the next message of this type about this user, skipping presence of other types and users. */
    public JsonNode expectPresence(int type, String about) {
        JsonNode message = expect(type);
        while (!message.toString().contains('"' + about + '"')) {
            message = expect(type);
        }
        return message;
    }

    /** Returns the code of the next refusal. */
    public String refusal() {
        return expect(JsonType.REFUSED).path("info").path("code").asString();
    }

    /** Checks that nothing but presence is in flight: a request sent now is answered next. */
    public void fence() {
        send("{'type': 19, 'info': {'before': 1, 'limit': 1}}");
        assertThat(expect(JsonType.PAGE).path("info").path("items")).isEmpty();
    }

    public JsonNode logIn(String name, String password, String device) {
        send("{'type': 1, 'info': {'user_id': '%s', 'user_pwd': '%s', 'device': '%s'}}"
                .formatted(name, password, device));
        JsonNode info = expect(JsonType.LOGGED_IN).path("info");
        user = info.path("user_id").asString("");
        return info;
    }

    /** Requests a page of the history and returns it; {@code more} holds further keys. */
    public JsonNode history(int limit, String more) {
        send("{'type': 19, 'info': {'limit': %d%s}}".formatted(limit, more));
        return expect(JsonType.PAGE).path("info");
    }

    /** Returns the texts of the whole history, oldest first. */
    List<String> texts() {
        List<String> texts = new ArrayList<>();
        long last = 0;
        JsonNode page;
        do {
            send("{'type': 19, 'info': {'limit': 200, 'after': %d}}".formatted(last));
            // Others' activity, such as read marks, may arrive first.
            page = skipTo(JsonType.PAGE).path("info");
            for (JsonNode item : page.path("items")) {
                texts.add(item.path("info").asString(""));
                last = item.path("mid").asLong();
            }
        } while (page.path("more").asBoolean());
        return texts;
    }

    /** Reads and discards everything up to the end. */
    public void untilClosed() {
        while (nextOrEnd() != null) {
            // Discarded.
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
