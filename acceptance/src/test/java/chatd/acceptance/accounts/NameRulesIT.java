package chatd.acceptance.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.SharedChatd;
import chatd.acceptance.kit.Wire;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules for names, tested by registering. */
@ExtendWith(SharedChatd.class)
@Tag("slow")
class NameRulesIT {

    private final Chat1Socket socket;

    NameRulesIT(Chatd chatd) {
        socket = chatd.connect();
    }

    @AfterEach
    void close() {
        socket.close();
    }

    private int register(String name) {
        return socket.send(Wire.register(name, Chatd.PASSWORD)).next().code();
    }

    static Stream<String> good() {
        return Stream.of(
                "Zo\u00e9",
                "x",
                "9lives",
                "anna.b_c-d",
                "a" + "b".repeat(31),
                "Иван",
                "Ξένια",
                "名前",
                "東京タワーの人",
                "abc한국",
                "مريم",
                "נועה",
                "अनिल", // with a mark
                "q\u0301", // NFC has no single character for it
                "u12b",
                "u",
                "g1x");
    }

    @ParameterizedTest
    @MethodSource("good")
    void goodNameIsAccepted(String name) {
        assertThat(register(name)).isEqualTo(Wire.LOGGED_IN);
        assertThat(register(name)).isEqualTo(Wire.NAME_TAKEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "with space",
                " leading",
                "_first",
                "-first",
                ".first",
                "a/b",
                "a@b",
                "a\nb",
                "a\u007f",
                "owl🦉",
                "\u0301a", // begins with a mark
                "Zoe\u0301", // not NFC
                "\u212bngstrom", // the Angstrom sign: not NFC
                "\uff21bc\u3000", // an ideographic space
                "zero\u200bwidth",
                "joi\u200dner",
                "soft\u00adhyphen",
                "bidi\u202eabc",
                "selector\ufe0f",
                "filler\u3164",
                "hangul\u115ffiller",
                "123",
                "0",
                "u123",
                "U123",
                "g123",
                "G0",
                "١٢٣",
                "१२३",
                "u١٢٣",
                "server",
                "Server",
                "SERVER",
                "sеrvеr", // Cyrillic е
                "ѕеrvеr",
                "ser\u1d20er", // a small capital v
                "\u1e61erver", // a dot above
                "server.",
                "\uff42ob", // a wide b
                "everyone",
                "ALL",
                "nobody",
                "unknown",
                "System",
                "you",
                "\u5927\u5bb6", // everyone, in Chinese
                "admin",
                "Root",
                "\u7ba1\u7406\u5458", // administrator, in Chinese
                "p\u0430ypal", // Latin with Cyrillic а
                "αlpha", // Latin with Greek
                "абвα", // Cyrillic with Greek
                "ա\u0431" // Armenian with Cyrillic
            })
    void badNameIsRefused(String name) {
        assertThat(register(name)).isEqualTo(Wire.BAD_NAME);
    }

    @Test
    void nameThatLooksLikeAnothersIsRefused() {
        assertThat(register("scope")).isEqualTo(Wire.LOGGED_IN);
        assertThat(register("ѕсоре")).as("all Cyrillic").isEqualTo(Wire.BAD_NAME);
        assertThat(register("paypal")).isEqualTo(Wire.LOGGED_IN);
        assertThat(register("paypa1")).as("a digit one").isEqualTo(Wire.BAD_NAME);
        assertThat(register("paypaI")).as("a capital i").isEqualTo(Wire.BAD_NAME);
        assertThat(register("corner")).isEqualTo(Wire.LOGGED_IN);
        assertThat(register("comer")).as("m for rn").isEqualTo(Wire.BAD_NAME);
        assertThat(register("а1ice")).as("as alice, with Cyrillic а").isEqualTo(Wire.BAD_NAME);
        assertThat(register("a1ice")).as("as alice").isEqualTo(Wire.BAD_NAME);
    }

    @Test
    void aNameThatDiffersFromAnothersByCaseAloneIsRefused() {
        assertThat(register("gertrud")).isEqualTo(Wire.LOGGED_IN);
        for (String name : List.of("Gertrud", "GERTRUD", "gertruD")) {
            assertThat(register(name)).isEqualTo(Wire.BAD_NAME);
        }
    }

    @Test
    void namesThatOnlyResembleTheServerAreAccepted() {
        assertThat(register("servers")).isEqualTo(Wire.LOGGED_IN);
        assertThat(register("5erver")).isEqualTo(Wire.LOGGED_IN);
    }
}
