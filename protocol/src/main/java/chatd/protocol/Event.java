package chatd.protocol;

import java.time.Instant;
import java.util.Optional;

/** What the daemon tells a client: one record each, whatever dialect it goes out in. */
public sealed interface Event {

    /**
     * Logged in.
     *
     * @param lastLogin of the log in before this one; empty is never
     * @param roster every account but deleted ones, the user's own included
     */
    record LoggedIn(Optional<Instant> lastLogin, Roster roster) implements Event {}

    /** Logged in, and the session that held the account was displaced; else as {@link LoggedIn}. */
    record TookOver(Optional<Instant> lastLogin, Roster roster) implements Event {}

    record Registered() implements Event {}

    record WrongPassword() implements Event {}

    /** To a log in or to a change of password. */
    record NoSuchUser() implements Event {}

    record MustChangePassword() implements Event {}

    record NameTaken() implements Event {}

    record BadName() implements Event {}

    record BadPassword() implements Event {}

    record PasswordChanged() implements Event {}

    record WrongOldPassword() implements Event {}

    record BadNewPassword() implements Event {}

    record CameOnline(String name) implements Event {}

    /** Offline; one's own name: this session has ended. */
    record WentOffline(String name) implements Event {}

    record Text(String sender, Instant time, String text) implements Event {}

    /** A file that can be fetched; {@code file} is 0 to 2^32-1. */
    record FileOffer(String sender, Instant time, String name, long file) implements Event {}

    /** A file's content, {@code size} bytes, which follow as {@link Content} until one is the last. */
    record FileContent(String sender, Instant time, String name, long file, long size) implements Event {}

    record ClearScreen() implements Event {}

    /** The settings document that was stored last; empty if none ever was. */
    record Settings(Document document) implements Event {}

    /** A piece of the content of the {@link FileContent} before it. */
    record Piece(Content content) implements Event {}
}
