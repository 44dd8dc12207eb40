package chatd.protocol;

/**
 * What a client asks of the daemon: one record each, whatever dialect it came in.
 *
 * <p>Values are as they came, checked for their shape only (padding, UTF-8, length); whether they are allowed is judged
 * by the services. Records are immutable but for {@link Content}, which owns a buffer.
 */
public sealed interface Command {

    /** Log in; the name may break the rules of names, it is then nobody's. */
    record LogIn(String name, Secret password) implements Command {}

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

    /** Store the settings document, opaque to the daemon. */
    record StoreSettings(Document document) implements Command {}

    /** A piece of the content of the {@link SendFile} before it. */
    record Piece(Content content) implements Command {}
}
