package chatd.protocol.command;

import chatd.protocol.value.Secret;
import chatd.protocol.value.people.User;
import org.jspecify.annotations.Nullable;

/** Commands about the session itself. */
public sealed interface SessionCommand extends Command {

    /**
     * Logs in; a name that breaks the rules for names is accepted here, but belongs to nobody.
     *
     * @param device the client's own label: another login with the same label displaces this one.
     *     Null is the single device shared by all clients whose dialect has no labels
     * @param quiet whether this session, on its own, does not make its user appear online
     * @param remember whether to give the device a key with which it can log in next time
     */
    record LogIn(User user, Secret password, @Nullable String device, boolean quiet, boolean remember, String id)
            implements SessionCommand {
        public LogIn(User user, Secret password, @Nullable String device, String id) {
            this(user, password, device, false, false, id);
        }
    }

    /** Logs in with the key that the device was given at its last login. */
    record LogInByKey(User user, Secret key, String device, boolean quiet, String id) implements SessionCommand {}

    /**
     * Continues a session whose connection was lost.
     *
     * @param user whose session it is; null if the client does not say
     * @param after the number of the last message that the session was sent; later ones follow
     */
    record Resume(@Nullable User user, Secret token, long after, String id) implements SessionCommand {}

    /** Ends the session; the connection may log in again. */
    record LogOut(String id) implements SessionCommand {
        @Override
        public boolean isAcknowledged() {
            return true;
        }
    }

    /** Lists the user's own sessions. */
    record ListSessions(String id) implements SessionCommand {}

    /** Ends one of the user's own sessions, given by its id as listed. */
    record EndSession(String session, String id) implements SessionCommand {
        @Override
        public boolean isAcknowledged() {
            return true;
        }
    }

    /** Ends all of the user's own sessions but this one. */
    record EndOtherSessions(String id) implements SessionCommand {
        @Override
        public boolean isAcknowledged() {
            return true;
        }
    }

    /**
     * Input that is not a command; it is refused, and the connection stays open.
     *
     * @param claimedType the type it claims in its dialect, for the answer; empty if none
     * @param problem what was wrong with it; quotes no input
     * @param isViolation whether it counts as a protocol violation, of which the peer may commit only a few
     */
    record Malformed(String claimedType, String problem, boolean isViolation, String id) implements SessionCommand {}
}
