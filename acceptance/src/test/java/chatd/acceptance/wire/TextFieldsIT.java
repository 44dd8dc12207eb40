package chatd.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonTestBase;
import chatd.acceptance.kit.JsonType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Texts that others see in a list or in a terminal: invisible characters and bidi controls are refused. */
class TextFieldsIT extends JsonTestBase {
    TextFieldsIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\u001b[2J", "\\u202e", "\\u2066", "\\u200b", "\\u2028", "\\r", "\\u0000", "\\u0085"})
    void invisibleCharactersAreRefused(String escaped) {
        JsonSocket socket = connect();
        assertThat(code(
                        socket,
                        "'type': 1, 'info': {'user_id': '%s', 'user_pwd': '%s', 'device': 'my%sphone'}"
                                .formatted(ann.name(), ann.password(), escaped)))
                .isEqualTo("malformed");
        JsonSocket one = logIn(ann, "my phone");
        JsonSocket other = logIn(ben, "");
        one.fence();
        assertThat(code(one, "'type': 9, 'receive': '%s', 'info': 'let us%s talk'".formatted(ben.name(), escaped)))
                .isEqualTo("malformed");
        long mid = send(one, other.user(), "a text");
        one.fence();
        assertThat(code(one, "'type': 36, 'info': {'mid': %d, 'text': 'he%s insults us'}".formatted(mid, escaped)))
                .isEqualTo("malformed");
    }

    private static String code(JsonSocket by, String message) {
        by.send("{" + message + ", 'id': '" + Chatd.newName() + "'}");
        JsonNode answer = by.next();
        return answer.path("info").path("code").asString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ünï 王 👨‍👩‍👧 ✌️", "नमस्ते", "two\\nlines,\\ta tab"})
    void ordinaryTextIsAccepted(String text) {
        JsonSocket one = logIn(ann, text.contains("\\") ? "" : text);
        JsonSocket other = logIn(ben, "");
        long mid = send(one, other.user(), "a text");
        one.fence();
        for (String message : new String[] {
            "'type': 36, 'info': {'mid': %d, 'text': '%s'}".formatted(mid, text),
            "'type': 9, 'receive': '%s', 'info': '%s'".formatted(ben.name(), text)
        }) {
            one.send("{" + message + ", 'id': '" + Chatd.newName() + "'}");
            JsonNode answer = one.next();
            assertThat(answer.path("type").asInt()).as(answer.toString()).isEqualTo(JsonType.DONE);
        }
    }
}
