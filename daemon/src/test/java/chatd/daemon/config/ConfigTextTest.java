package chatd.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigTextTest {
    private static String edit(String text, Map<String, @Nullable String> options) throws ConfigException {
        return Settings.edit(ConfigReader.defaults(), text, "chatd.toml", options);
    }

    private static String set(String text, String key, String value) throws ConfigException {
        return edit(text, Map.of(key, value));
    }

    private static String unset(String text, String key) throws ConfigException {
        return edit(text, Collections.singletonMap(key, null));
    }

    @Test
    void aValueIsReplacedInPlaceAndItsCommentStays() throws Exception {
        assertThat(set("# mine\n[limits]\n  text =\"1 KiB\"   # short\nreplay = 7\n", "limits.text", "2 KiB"))
                .isEqualTo("# mine\n[limits]\n  text = \"2 KiB\"   # short\nreplay = 7\n");
        assertThat(set("[limits]\r\nreplay = 7 # few\r\n", "limits.replay", "8"))
                .isEqualTo("[limits]\r\nreplay = 8 # few\r\n");
        assertThat(set("[database]\nname = \"ch#at\" # a # b", "database.name", "chat"))
                .isEqualTo("[database]\nname = \"chat\" # a # b");
        assertThat(set("limits.replay = 7\n", "limits.replay", "8")).isEqualTo("limits.replay = 8\n");
    }

    @Test
    void aListOfManyLinesIsOneValue() throws Exception {
        String list = "[throttle]\nexempt = [\n  \"::1\",\n  \"192.0.2.0/24\",\n] # end\n[limits]\n";
        assertThat(set(list, "throttle.exempt", "::1, 2001:db8::/32"))
                .isEqualTo("[throttle]\nexempt = [\"::1\", \"2001:db8::/32\"] # end\n[limits]\n");
        assertThat(set(list, "throttle.exempt", "")).isEqualTo("[throttle]\nexempt = [] # end\n[limits]\n");
        assertThat(unset(list, "throttle.exempt")).isEqualTo("[throttle]\n[limits]\n");
        // Comments within it would be lost.
        assertThatThrownBy(() -> set(list.replace("[\n", "[ # those\n"), "throttle.exempt", "::1"))
                .hasMessageContaining("chatd.toml:2: throttle.exempt is written here in a way");
        String addresses = "[listen]\naddresses = [\n  \"[::]:1\",\n]\n# more\n";
        assertThat(set(addresses, "listen.udp", ""))
                .isEqualTo("[listen]\naddresses = [\n  \"[::]:1\",\n]\nudp = []\n# more\n");
    }

    @Test
    void aNewOptionIsAddedBelowTheCommentThatShowsItOrAtTheEndOfItsSection() throws Exception {
        assertThat(set("[tls]\n# Both.\n#certificate = \"/x\"\n#key = \"/y\"\n\n[limits]\n", "tls.certificate", "/a b"))
                .isEqualTo(
                        "[tls]\n# Both.\n#certificate = \"/x\"\ncertificate = \"/a b\"\n#key = \"/y\"\n\n[limits]\n");
        assertThat(set("[limits]\ntext = \"1 KiB\"\n\n# people\n[accounts]", "limits.replay", "5"))
                .isEqualTo("[limits]\ntext = \"1 KiB\"\nreplay = 5\n\n# people\n[accounts]");
        assertThat(set("[limits]", "limits.replay", "5")).isEqualTo("[limits]\nreplay = 5\n");
        assertThat(set("[limits]\ntext = \"1 KiB\"", "audit.find", "true"))
                .isEqualTo("[limits]\ntext = \"1 KiB\"\n\n[audit]\nfind = true\n");
        assertThat(set("", "everyone.write", "granted")).isEqualTo("[everyone]\nwrite = \"granted\"\n");
    }

    @Test
    void anOptionOfASectionInsideAnotherIsSet() throws Exception {
        String nested = "[audit]\nfind = true\n\n[audit.forward]\nca = \"/x\"\n";
        assertThat(set(nested, "audit.forward.to", "a:1")).isEqualTo(nested + "to = \"a:1\"\n");
        assertThat(set(nested, "audit.names", "number"))
                .isEqualTo("[audit]\nfind = true\nnames = \"number\"\n\n[audit.forward]\nca = \"/x\"\n");
        assertThat(unset(nested, "audit.forward.ca")).isEqualTo("[audit]\nfind = true\n\n[audit.forward]\n");
        assertThat(set("[audit]\nfind = true\n", "audit.forward.to", "a:1"))
                .isEqualTo("[audit]\nfind = true\n\n[audit.forward]\nto = \"a:1\"\n");
        assertThat(set("[audit.forward]\nca = \"/x\"\n", "audit.find", "true"))
                .isEqualTo("[audit.forward]\nca = \"/x\"\n\n[audit]\nfind = true\n");
    }

    @Test
    void severalOptionsAreChangedAtOnceAndAMissingOneNeedsNoRemoval() throws Exception {
        Map<String, @Nullable String> both = new LinkedHashMap<>();
        both.put("tls.certificate", "/a");
        both.put("tls.key", "/b\"\\");
        both.put("limits.replay", null);
        assertThat(edit("[tls]\n", both)).isEqualTo("[tls]\ncertificate = \"/a\"\nkey = \"/b\\\"\\\\\"\n");
    }

    /** A value of the wrong type is written as given, and the check of the whole file names it. */
    @Test
    void aValueOfTheWrongTypeIsNamedByTheCheck() throws Exception {
        String text = set("", "limits.replay", "many");
        assertThat(text).isEqualTo("[limits]\nreplay = \"many\"\n");
        assertThatThrownBy(() -> ConfigReader.read(text, "chatd.toml", Map.of()))
                .hasMessage("chatd.toml:2:1: limits.replay: expected a whole number, as in 1000");
        assertThat(set("", "limits.replay", "007")).contains("\"007\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limits = { replay = 7 }\n",
                "limits = { text = \"1 KiB\" }\n",
                "limits.text = \"1 KiB\"\n",
                "[limits]\ntext = \"\"\"\n#replay = 9\n\"\"\"\n",
            })
    void whatOnlyAPersonCanEditIsRefused(String text) {
        assertThatThrownBy(() -> set(text, "limits.replay", "8"))
                .hasMessageMatching(
                        "chatd.toml:\\d+: limits.replay is written here in a way .*: edit the file by hand");
    }

    @Test
    void quotedKeysAndStringsThatLookLikeSectionsAreRead() throws Exception {
        assertThat(set("[limits]\ntext = \"\"\"\n[limits]\n\"\"\"\n\"replay\" = 7\n", "limits.replay", "8"))
                .isEqualTo("[limits]\ntext = \"\"\"\n[limits]\n\"\"\"\n\"replay\" = 8\n");
    }

    @Test
    void anUnknownOptionIsReportedWithASuggestion() {
        assertThatThrownBy(() -> set("", "everyone.wrte", "all"))
                .hasMessage("there is no option everyone.wrte; did you mean everyone.write?");
        assertThatThrownBy(() -> set("", "write", "all")).hasMessageStartingWith("there is no option write");
        assertThatThrownBy(() -> set("[limits\n", "limits.replay", "8")).hasMessageStartingWith("chatd.toml:1:8: ");
    }
}
