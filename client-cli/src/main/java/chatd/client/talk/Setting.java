package chatd.client.talk;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The user's settings: where each is in the document on the server, and the values it can have. */
public enum Setting {
    THEME("terminal", "colours to suit the terminal", "auto", "dark", "light", "none"),
    TIME("common", "how times are written", "24h", "12h", "iso"),
    NOTIFY(
            "common",
            "which texts alert you; mentions: those that mention you, and those for you alone",
            "mentions",
            "all",
            "never"),
    ALERT("terminal", "how you are alerted: by the bell, on the desktop (OSC 777)", "bell", "desktop", "both"),
    PRESENCE("terminal", "whether users coming online and going offline are shown", "all", "none"),
    WRITING("terminal", "whether it is shown that somebody is writing to you; in a pipe, off unless set", "on", "off"),
    READ("terminal", "whether it is shown that your texts were read", "on", "off"),
    FORMATTING(
            "terminal",
            "whether **bold**, _italic_, `code`, quotes and lists are shown as such; never without colours",
            "on",
            "off"),
    HISTORY("terminal", "whether typed lines are kept on this machine", "on", "off");

    private final String section;
    private final String meaning;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> choices;

    Setting(String section, String meaning, String... choices) {
        this.section = section;
        this.meaning = meaning;
        this.choices = List.of(choices);
    }

    /** Returns the key as it is typed. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns {@code common} if all our clients share the setting, else {@code terminal}. */
    String section() {
        return section;
    }

    public String meaning() {
        return meaning;
    }

    /** Returns the possible values; the first is the default. */
    public List<String> choices() {
        return choices;
    }

    public static Optional<Setting> of(String key) {
        return Arrays.stream(Setting.values())
                .filter(setting -> setting.key().equals(key))
                .findFirst();
    }
}
