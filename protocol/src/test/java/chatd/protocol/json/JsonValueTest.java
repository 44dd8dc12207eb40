package chatd.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.protocol.command.SessionCommand;
import chatd.protocol.value.Code;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Values at the bounds of what is allowed. */
class JsonValueTest {
    private static <V> V read(JsonValue<V> value, String json) {
        return value.read(JsonMapper.shared().readTree(json), "key");
    }

    private static void refuses(JsonValue<?> value, String json, String why) {
        assertThatThrownBy(() -> read(value, json))
                .isInstanceOf(JsonValue.InvalidMessage.class)
                .hasMessage("key " + why);
    }

    @Test
    void aTextIsBoundedInBytes() {
        assertThat(read(JsonValue.text(4), "\"üü\"")).isEqualTo("üü");
        refuses(JsonValue.text(4), "\"üüx\"", "is longer than 4 bytes.");
        refuses(JsonValue.text(4), "7", "has to be a string.");
    }

    @Test
    void aNumberIsBounded() {
        assertThat(read(JsonValue.upTo(9), "0")).isZero();
        assertThat(read(JsonValue.upTo(9), "9")).isEqualTo(9);
        assertThat(read(JsonValue.upTo(9), "10")).isEqualTo(9);
        refuses(JsonValue.upTo(9), "-1", "has to be a whole number that is not negative.");
        assertThat(read(JsonValue.limit(9), "1")).isEqualTo(1);
        refuses(JsonValue.limit(9), "0", "has to be at least 1.");
    }

    @Test
    void aListIsBounded() {
        JsonValue<List<Long>> two = JsonValue.list(JsonValue.WHOLE, 2);
        assertThat(two.type()).isEqualTo("Array<number>");
        assertThat(read(two, "[1, 2]")).containsExactly(1L, 2L);
        refuses(two, "[1, 2, 3]", "has more than 2 items.");
        refuses(two, "{}", "has to be a list.");
    }

    @Test
    void hexadecimalHasTwoDigitsForAByte() {
        assertThat(read(JsonValue.hex(2), "\"00ff\"")).isEqualTo("00ff");
        for (String wrong : new String[] {"\"00f\"", "\"00fff\"", "\"00FF\"", "\"\""}) {
            refuses(JsonValue.hex(2), wrong, "has to be 2 bytes, in lower-case hexadecimal.");
        }
    }

    @Test
    void aWordIsOneOfAFixedSet() {
        JsonValue<Code> word = JsonValue.word(new Code[] {Code.BUSY, Code.CLOSED}, Code::word);
        assertThat(word.type()).isEqualTo("\"busy\" | \"closed\"");
        assertThat(read(word, "\"busy\"")).isEqualTo(Code.BUSY);
        refuses(word, "\"Busy\"", "has to be one of busy, closed.");
        assertThat(JsonValue.constant("x").type()).isEqualTo("\"x\"");
        assertThat(read(JsonValue.constant("x"), "7")).isEqualTo("x");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 38})
    void theTypesOfTheDialectAreKnownTypes(int type) {
        assertThat(JsonTable.isType(JsonMapper.shared().valueToTree(type))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "40", "-1", "1.0", "\"1\""})
    void otherNumbersAreNotKnownTypes(String type) {
        assertThat(JsonTable.isType(JsonMapper.shared().readTree(type))).isFalse();
    }

    @Test
    void aCommandHasTheTypeThatItWasReadFrom() {
        assertThat(JsonTable.type(null)).isZero();
        assertThat(JsonTable.type(JsonSamples.commands().get("log-in"))).isEqualTo(1);
        assertThat(JsonTable.type(new SessionCommand.Malformed("", "", true, "")))
                .isZero();
        assertThat(JsonTable.type(new SessionCommand.Malformed("7", "", true, "")))
                .isEqualTo(7);
    }
}
