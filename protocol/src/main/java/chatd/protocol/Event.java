package chatd.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What the daemon tells a client: one record each, whatever dialect it goes out in. */
public sealed interface Event {

    /**
     * What a log in is answered: {@code chat/1} says it as {@link LoggedIn} or {@link TookOver}, then {@link Settings}.
     *
     * @param lastLogin of the log in before this one; empty is never
     * @param displaced whether a session that held the account was displaced
     * @param roster every account but deleted ones, the user's own included
     * @param numbers of those accounts, in the same order; like the roster, to be read at once
     */
    record Welcome(
            long user,
            String name,
            Instant time,
            Optional<Instant> lastLogin,
            boolean displaced,
            Roster roster,
            List<Long> numbers,
            Document settings)
            implements Event {}

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

    /**
     * A log in was refused, where one event has every reason.
     *
     * @param code as {@code json.md} has it
     */
    record LogInRefused(String code) implements Event {}

    /**
     * Nothing of what the client asked took effect.
     *
     * @param id what the client called it; empty where it did not
     * @param type of what it asked
     * @param code as {@code extensions.md} has it
     * @param text for people
     */
    record Refused(String id, int type, String code, String text) implements Event {}

    /** @param user its number; 0 where the dialect has none */
    record CameOnline(String name, long user) implements Event {
        CameOnline(String name) {
            this(name, 0);
        }
    }

    /** Offline; oneself: this session has ended. Else as {@link CameOnline}. */
    record WentOffline(String name, long user) implements Event {
        WentOffline(String name) {
            this(name, 0);
        }
    }

    /** A user has another name. {@code chat/1} says it as one who goes and one who comes. */
    record Renamed(long user, String name) implements Event {}

    /**
     * What shows that a message is the one that was sent (page {@code audit-log.md}, "Proof").
     *
     * @param number of the message
     * @param sender its number; 0 is the daemon
     * @param receivers their numbers, as far as the reader may know them; null is everyone
     * @param salt 16 bytes
     */
    record Stored(long number, long sender, @Nullable List<Long> receivers, byte[] salt) {}

    /** @param stored null where it is not, or the dialect does not say */
    record Text(
            String sender,
            Instant time,
            String text,
            @Nullable Stored stored) implements Event {
        public Text(String sender, Instant time, String text) {
            this(sender, time, text, null);
        }
    }

    /**
     * A file that can be fetched.
     *
     * @param file 0 to 2^32-1
     * @param content null where the dialect does not say
     * @param stored as of {@link Text}
     */
    record FileOffer(
            String sender,
            Instant time,
            String name,
            long file,
            @Nullable Whole content,
            @Nullable Stored stored) implements Event {
        FileOffer(String sender, Instant time, String name, long file) {
            this(sender, time, name, file, null, null);
        }
    }

    /** A file's content as a whole: its size in bytes, and its SHA-256. */
    record Whole(long size, byte[] sha256) {}

    /**
     * A page of the history.
     *
     * @param with as it was asked for
     * @param items {@link Text} and {@link FileOffer}, oldest first
     * @param more whether there are more on that side
     * @param names the present ones of those who sent or received them, by number
     */
    record Page(@Nullable String with, List<Event> items, boolean more, SortedMap<Long, String> names)
            implements Event {}

    /** A file's content, {@code size} bytes, which follow as {@link Content} until one is the last. */
    record FileContent(String sender, Instant time, String name, long file, long size) implements Event {}

    record ClearScreen() implements Event {}

    /** The settings document that was stored last; empty if none ever was. */
    record Settings(Document document) implements Event {}

    /** A piece of the content of the {@link FileContent} before it. */
    record Piece(Content content) implements Event {}
}
