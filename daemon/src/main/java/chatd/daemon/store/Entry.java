package chatd.daemon.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one turn of the journal can write: a message, or a change of an account. */
public sealed interface Entry {

    /** About how many bytes it takes in a statement. */
    long bytes();

    /**
     * A stored message.
     *
     * @param sender an account's number, or {@link #SERVER}
     * @param receivers accounts; null is everyone
     * @param text null where it is a file
     */
    record Message(
            long number,
            Instant time,
            long sender,
            @Nullable List<Long> receivers,
            @Nullable String text,
            @Nullable StoredFile file,
            byte[] salt)
            implements Entry {
        /** The sender of what the daemon says itself. */
        public static final long SERVER = 0;

        /** As a receiver: all accounts. */
        static final long EVERYONE = 0;

        /** The same with another file. */
        public Message with(StoredFile other) {
            return new Message(number, time, sender, receivers, text, other, salt);
        }

        @Override
        public long bytes() {
            return 100L + (text == null ? 100 : 3L * text.length()) + 30L * (receivers == null ? 1 : receivers.size());
        }
    }

    /**
     * A file as it is sent: a name for a content that is there already.
     *
     * @param content the number it was uploaded under
     * @param digest SHA-256 of it
     */
    record StoredFile(long number, String name, long content, long size, byte[] digest) {}

    /** A change of an account, with what the log will say of it. */
    record AccountChange(Change change, Effect effect) implements Entry {
        @Override
        public long bytes() {
            return 300L + (effect instanceof SettingsStored stored ? 2L * stored.document().length : 0);
        }
    }

    /** The kinds of change. The code is what the database has. */
    enum Kind {
        REGISTERED(0),
        ADDED(1),
        RESET(2),
        PASSWORD(3),
        LOGIN(4),
        SETTINGS(5);

        final int code;

        Kind(int code) {
            this.code = code;
        }

        static Kind of(int code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("no kind of change has the code " + code);
        }
    }

    /**
     * The numbered row of a change.
     *
     * @param actor the Unix user who did it, for an administrator's
     * @param origin where it came from, for a user's own
     */
    record Change(
            long number,
            long account,
            String name,
            Kind kind,
            Instant time,
            @Nullable String actor,
            Optional<Origin> origin,
            int size) {}

    /** A connection, as the log names it. */
    record Origin(String session, String dialect, String address, int port) {}

    /** What a change does to the tables. */
    sealed interface Effect {}

    record AccountMade(Account account, String hash) implements Effect {}

    record PasswordSet(String hash, boolean mustChange) implements Effect {}

    /** @param rehashed the same password hashed anew, with the parameters of today; null where that was not due */
    record LoggedIn(
            String address,
            int port,
            String network,
            @Nullable String rehashed) implements Effect {}

    record SettingsStored(byte[] document) implements Effect {}
}
