package chatd.admin;

import java.util.Map;
import java.util.Optional;

/** Hints for unknown words: commands that have another name here, or that another program provides. */
final class CommandHints {
    private static final String DELETED = "Did you mean: chat-admin user delete? It asks first.";
    private static final String RESET = "Did you mean: chat-admin user reset?";
    private static final String ADDED = "Did you mean: chat-admin user add?";
    private static final String LISTED = "Did you mean: chat-admin user list?";

    private static final Map<String, String> ANYWHERE = Map.ofEntries(
            Map.entry("reload", "Did you mean: chat-admin config reload?"),
            Map.entry("start", service("start")),
            Map.entry("stop", service("stop")),
            Map.entry("restart", service("restart")),
            Map.entry("dump", "Did you mean: chat-admin backup?"),
            Map.entry("passwd", RESET),
            Map.entry("password", RESET),
            Map.entry("adduser", ADDED),
            Map.entry("useradd", ADDED),
            Map.entry("deluser", DELETED),
            Map.entry("userdel", DELETED),
            Map.entry("who", "Did you mean: chat-admin session list?"),
            Map.entry("kick", "Did you mean: chat-admin session kick?"));

    private static final Map<String, String> OF_USER = Map.of(
            "del", DELETED,
            "rm", DELETED,
            "remove", DELETED,
            "create", ADDED,
            "new", ADDED,
            "ls", LISTED,
            "kick", "Did you mean: chat-admin session kick?");

    private CommandHints() {}

    private static String service(String verb) {
        return "The daemon is a service: systemctl " + verb + " chatd.";
    }

    /**
     * Returns a hint at what an unknown word may mean; empty if there is none.
     *
     * @param command the command after which it was typed, such as {@code chat-admin user}
     */
    static Optional<String> hintFor(String command, String word) {
        String hint = command.endsWith(" user") ? OF_USER.get(word) : null;
        return Optional.ofNullable(hint == null ? ANYWHERE.get(word) : hint);
    }
}
