package chatd.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What a client asks of the daemon: one record each, whatever dialect it came in.
 *
 * <p>Values are as they came, checked for their shape only (padding, UTF-8, length); whether they are allowed is judged
 * by the services. Records are immutable but for {@link Content}, which owns a buffer.
 */
public sealed interface Command {

    /** What the client calls it, to know its answer by; empty where it does not, as {@code chat/1} never does. */
    default String id() {
        return "";
    }

    /**
     * Log in; the name may break the rules of names, it is then nobody's.
     *
     * @param device the client's own label: another log in with the same takes its place
     */
    record LogIn(String name, Secret password, String device, String id) implements Command {
        public LogIn(String name, Secret password) {
            this(name, password, "", "");
        }
    }

    /** Ends the session; the connection may log in again. */
    record LogOut(String id) implements Command {}

    /** Make an account; does not log in. */
    record Register(String name, Secret password) implements Command {}

    /** Change the password of the named account, before or after log in. */
    record ChangePassword(String name, Secret oldPassword, Secret newPassword) implements Command {}

    /** A text; {@code text} may be empty here, and is then refused. */
    record SendText(Audience audience, String text) implements Command {}

    /**
     * A file of {@code size} bytes, which follow as {@link Content} until one is the last.
     *
     * @param name a bare file name, or empty where the audience is {@link Audience.TooMany}
     */
    record SendFile(Audience audience, String name, long size) implements Command {}

    /** Fetch a file by its number, 0 to 2^32-1. */
    record FetchFile(long file) implements Command {}

    /** The last {@code count} items of the user's history, 0 to 2^32-1. */
    record Replay(long count) implements Command {}

    /**
     * A page of the history: the newest messages, or those next to a number.
     *
     * @param with whose: empty is what went to everyone; null is all that is the user's own
     * @param before none with this number or a higher one
     * @param after only messages with a higher number, the lowest first; -1 for the newest
     * @param limit at most so many messages, 0 to {@value #MOST}
     */
    record ReadHistory(@Nullable String with, long before, long after, int limit, String id) implements Command {
        /** Messages in one page. */
        public static final int MOST = 200;
    }

    /**
     * Something that is no command, where the connection goes on: it is refused.
     *
     * @param type as it said itself; 0 where it did not
     * @param what was wrong with it; quotes nothing
     * @param counts whether the peer does not speak the protocol, and is not to go on so
     */
    record Malformed(int type, String what, boolean counts, String id) implements Command {}

    /** Store the settings document, opaque to the daemon. */
    record StoreSettings(Document document) implements Command {}

    /** A piece of the content of the {@link SendFile} before it. */
    record Piece(Content content) implements Command {}
}
