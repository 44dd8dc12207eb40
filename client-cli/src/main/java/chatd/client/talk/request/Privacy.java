package chatd.client.talk.request;

import chatd.protocol.command.AccountCommand;
import chatd.protocol.value.people.Preferences;
import chatd.protocol.value.people.Reach;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who may reach the user, and what others learn of the user's reading: kept by the server, for all devices. Thread-safe;
 * what asks the server blocks until it has answered.
 */
public final class Privacy {
    private static final List<String> REACHES =
            Arrays.stream(Reach.values()).map(Reach::word).toList();

    private final Requests requests;
    private volatile Preferences current = Preferences.DEFAULT;

    public Privacy(Requests requests) {
        this.requests = requests;
    }

    /** One of the choices, as it is typed. */
    public enum Choice {
        TEXTS("who may write to you; whom you wrote to always may"),
        REQUESTS("who may ask to be your friend"),
        GROUPS("who may add you to groups"),
        CALLS("who may ask you for a direct session"),
        MARKS("whether others see how far you have read, and that you type");

        private final String meaning;

        Choice(String meaning) {
            this.meaning = meaning;
        }

        /** Returns the key as it is typed. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        public String meaning() {
            return meaning;
        }

        /** Returns the possible values. */
        public List<String> choices() {
            return this == MARKS ? List.of("on", "off") : REACHES;
        }

        public static Optional<Choice> of(String key) {
            return Arrays.stream(Choice.values())
                    .filter(choice -> choice.key().equals(key))
                    .findFirst();
        }
    }

    /** Takes what holds from now on, as the server says. */
    public void set(Preferences now) {
        current = now;
    }

    /** Returns the value of a choice, one of {@link Choice#choices}. */
    public String get(Choice choice) {
        Preferences now = current;
        return switch (choice) {
            case TEXTS -> now.texts().word();
            case REQUESTS -> now.requests().word();
            case GROUPS -> now.groups().word();
            case CALLS -> now.calls().word();
            case MARKS -> now.readMarks() ? "on" : "off";
        };
    }

    /** Changes a choice to one of {@link Choice#choices}. Blocks. */
    public void change(Choice choice, String value) throws IOException, InterruptedException {
        @Nullable Reach reach = choice == Choice.MARKS ? null : Reach.valueOf(value.toUpperCase(Locale.ROOT));
        requests.command(id -> new AccountCommand.ChangePreferences(
                choice == Choice.MARKS ? value.equals("on") : null,
                choice == Choice.CALLS ? reach : null,
                choice == Choice.REQUESTS ? reach : null,
                choice == Choice.GROUPS ? reach : null,
                choice == Choice.TEXTS ? reach : null,
                id));
    }
}
