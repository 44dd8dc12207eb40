package chatd.protocol.command;

import chatd.protocol.value.Secret;
import chatd.protocol.value.User;
import org.jspecify.annotations.Nullable;

/** Commands about the session itself. */
public sealed interface SessionCommand extends Command {

    /**
     * Log in; a name may break the rules of names, it is then nobody's.
     *
     * @param device the client's own label: another log in with the same takes its place. Null is the one device that
     *     all clients are on whose dialect has no labels
     */
    record LogIn(User user, Secret password, @Nullable String device, String id) implements SessionCommand {}

    /** Ends the session; the connection may log in again. */
    record LogOut(String id) implements SessionCommand {}

    /**
     * Something that is no command, where the connection goes on: it is refused.
     *
     * @param called what it calls itself, in its dialect, for the answer; empty where it does not
     * @param what was wrong with it; quotes nothing
     * @param counts whether the peer does not speak the protocol, and is not to go on so
     */
    record Malformed(String called, String what, boolean counts, String id) implements SessionCommand {}
}
