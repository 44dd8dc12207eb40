package chatd.acceptance.kit;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** The base of tests of JSON messages in which two people talk, on each carrier. */
@ParameterizedClass
@EnumSource(
        value = JsonCarrier.class,
        names = {"LINES", "COMPRESSED_WEB_SOCKET"})
@ExtendWith(SharedChatd.class)
public abstract class JsonTestBase {
    public final JsonCarrier carrier;
    public final Chatd chatd;
    public final Chatd.Person ann;
    public final Chatd.Person ben;
    private final List<AutoCloseable> open = new ArrayList<>();

    public JsonTestBase(JsonCarrier carrier, Chatd chatd) {
        this.carrier = carrier;
        this.chatd = chatd;
        this.ann = chatd.person();
        this.ben = chatd.person();
    }

    @AfterEach
    final void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    /** Connects; the connection is closed after the test. */
    protected final JsonSocket connect() {
        JsonSocket socket = carrier.connect(chatd);
        open.add(socket);
        return socket;
    }

    protected final JsonSocket logIn(Chatd.Person person, String device) {
        JsonSocket socket = chatd.logInJson(carrier, person, device);
        open.add(socket);
        return socket;
    }

    /** Logs in and returns the answer. */
    protected final JsonNode welcome(Chatd.Person person, String device) {
        return connect().logIn(person.name(), person.password(), device);
    }

    /** Sends a text and returns its number. */
    public static long send(JsonSocket from, String to, String text) {
        from.send("{'type': 3, 'receive': '%s', 'info': '%s', 'id': '%s'}".formatted(to, text, Chatd.newName()));
        return from.skipTo(JsonType.DONE).path("info").path("mid").asLong();
    }
}
