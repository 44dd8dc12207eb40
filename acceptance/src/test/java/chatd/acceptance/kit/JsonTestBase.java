package chatd.acceptance.kit;

import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** The base of tests of JSON messages in which two people talk, on each carrier. */
@ParameterizedClass
@EnumSource(
        value = JsonCarrier.class,
        names = {"LINES", "COMPRESSED_WEB_SOCKET"})
public abstract class JsonTestBase extends CarrierTestBase {
    protected final Chatd.Person ben;

    protected JsonTestBase(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
        this.ben = chatd.person();
    }

    /** Logs in and returns the answer. */
    protected final JsonNode loginAnswer(Chatd.Person person, String device) {
        return connect().logIn(person.name(), person.password(), device);
    }

    /** Sends a text and returns its number. */
    public static long send(JsonSocket from, String to, String text) {
        from.send("{'type': 3, 'receive': '%s', 'info': '%s', 'id': '%s'}".formatted(to, text, Chatd.newName()));
        return from.skipTo(JsonType.DONE).path("info").path("mid").asLong();
    }
}
