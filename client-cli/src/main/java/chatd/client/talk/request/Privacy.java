package chatd.client.talk.request;

import chatd.protocol.command.AccountCommand;
import chatd.protocol.value.people.AllowedUsers;
import chatd.protocol.value.people.Preferences;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The user's privacy settings: who may reach them, and what others learn of their reading. Kept by
 * the server, for all devices. Thread-safe; a change blocks until the server has answered.
 */
public final class Privacy {
    private static final List<String> REACHES =
            Arrays.stream(AllowedUsers.values()).map(AllowedUsers::word).toList();

    private final Requests requests;
    private volatile Preferences current = Preferences.DEFAULT;

    public Privacy(Requests requests) {
        this.requests = requests;
    }

    /** One of the choices, as it is typed. */
    public enum Choice {
        TEXTS("who may write to you; people you have written to always may"),
        REQUESTS("who may ask to be your friend"),
        GROUPS("who may add you to groups"),
        CALLS("who may ask you for a direct session"),
        MARKS("whether others see how far you have read and when you are typing"),
        SEEN("whether others see when you were online last");

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
        public List<String> options() {
            return switch (this) {
                case MARKS -> List.of("on", "off");
                case SEEN -> List.of("off", "on");
                default -> REACHES;
            };
        }

        public static Optional<Choice> of(String key) {
            return Arrays.stream(Choice.values())
                    .filter(choice -> choice.key().equals(key))
                    .findFirst();
        }
    }

    /** Adopts the settings that the server reports. */
    public void set(Preferences now) {
        current = now;
    }

    /** Returns the value of a choice, one of {@link Choice#options}. */
    public String get(Choice choice) {
        Preferences now = current;
        return switch (choice) {
            case TEXTS -> now.texts().word();
            case REQUESTS -> now.requests().word();
            case GROUPS -> now.groups().word();
            case CALLS -> now.calls().word();
            case MARKS -> now.readMarks() ? "on" : "off";
            case SEEN -> now.lastSeen() ? "on" : "off";
        };
    }

    /** Changes a choice to one of {@link Choice#options}. Blocks. */
    public void change(Choice choice, String value) throws IOException, InterruptedException {
        @Nullable
        AllowedUsers reach = REACHES.contains(value) ? AllowedUsers.valueOf(value.toUpperCase(Locale.ROOT)) : null;
        requests.command(id -> new AccountCommand.ChangePreferences(
                choice == Choice.MARKS ? value.equals("on") : null,
                choice == Choice.SEEN ? value.equals("on") : null,
                choice == Choice.CALLS ? reach : null,
                choice == Choice.REQUESTS ? reach : null,
                choice == Choice.GROUPS ? reach : null,
                choice == Choice.TEXTS ? reach : null,
                id));
    }
}
