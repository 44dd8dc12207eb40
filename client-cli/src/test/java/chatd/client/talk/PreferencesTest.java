package chatd.client.talk;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.protocol.value.Document;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreferencesTest {
    private static Preferences of(String json) {
        return Preferences.of(new Document(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static String text(Preferences preferences) {
        return new String(preferences.document().bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void anEmptyDocumentHasTheDefaults() {
        Preferences none = of("");
        assertThat(none.isForeign()).isFalse();
        for (Setting setting : Setting.values()) {
            assertThat(none.get(setting)).isEqualTo(setting.choices().getFirst());
        }
        assertThat(none.ignored()).isEmpty();
    }

    @Test
    void unknownKeysAreKept() {
        String json =
                "{\"web\":{\"x\":[1,2.50,12345678901234567890123]},\"terminal\":{\"other\":true,\"theme\":\"dark\"},"
                        + "\"common\":{\"time\":\"12h\"},\"z\":null}";
        assertThat(text(of(json).with(Setting.THEME, "light"))).isEqualTo(json.replace("dark", "light"));
        assertThat(text(of(json).ignoring(List.of("bob"))))
                .isEqualTo(json.replace("\"12h\"", "\"12h\",\"ignored\":[\"bob\"]"));
    }

    @Test
    void changedSettingsAreReadBack() {
        Preferences changed =
                of("").with(Setting.TIME, "iso").with(Setting.ALERT, "both").ignoring(List.of("a", "b"));
        Preferences read = Preferences.of(changed.document());
        assertThat(read.get(Setting.TIME)).isEqualTo("iso");
        assertThat(read.is(Setting.ALERT, "both")).isTrue();
        assertThat(read.ignored()).containsExactly("a", "b");
    }

    @Test
    void anInvalidValueMeansTheDefault() {
        Preferences read = of("{\"common\":{\"time\":7,\"ignored\":\"x\"},\"terminal\":[1]}");
        assertThat(read.get(Setting.TIME)).isEqualTo("24h");
        assertThat(read.ignored()).isEmpty();
        assertThat(text(read.with(Setting.THEME, "dark"))).contains("\"terminal\":{\"theme\":\"dark\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"color red\nbeep on\n", "[1]", "\"text\"", "{", "{} {}", "\u0000"})
    void aDocumentThatIsNotAJsonObjectIsForeign(String document) {
        assertThat(of(document).isForeign()).isTrue();
        assertThat(of(document).get(Setting.THEME)).isEqualTo("auto");
    }
}
