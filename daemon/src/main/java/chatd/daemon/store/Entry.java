package chatd.daemon.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the journal writes: a message, or a change of an account. */
public sealed interface Entry {

    /**
     * Where it stands among all that is committed: the number of a message or of an account change (of several, the
     * last one's). It grows in the order of the commits and of the log, with gaps.
     */
    long position();

    /** About how many bytes it takes in a statement. */
    long bytes();

    /**
     * A stored message.
     *
     * @param sender an account's number, or {@link #SERVER}
     * @param receivers accounts; null is everyone
     * @param text null where it is a file
     * @param origin where it came from, as long as that is known: it is not stored; null for what the daemon says
     */
    record Message(
            long number,
            Instant time,
            long sender,
            @Nullable List<Long> receivers,
            @Nullable String text,
            @Nullable StoredFile file,
            byte[] salt,
            @Nullable Origin origin)
            implements Entry {
        /** The sender of what the daemon says itself. */
        public static final long SERVER = 0;

        /** As a receiver: all accounts. */
        static final long EVERYONE = 0;

        /** The session that it came from; empty where that is not known. */
        public String session() {
            return origin == null ? "" : origin.session();
        }

        /** The same with another file. */
        public Message with(StoredFile other) {
            return new Message(number, time, sender, receivers, text, other, salt, origin);
        }

        @Override
        public long position() {
            return number;
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
    record StoredFile(long number, String name, long content, long size, byte[] digest) {
        /** The same with a number. */
        public StoredFile numbered(long given) {
            return new StoredFile(given, name, content, size, digest);
        }
    }

    /** A change of an account, with what the log will say of it. */
    record AccountChange(Change change, Effect effect) implements Entry {
        @Override
        public long position() {
            return change.number();
        }

        @Override
        public long bytes() {
            return 300L + (effect instanceof SettingsStored stored ? 2L * stored.document().length : 0);
        }
    }

    /** Changes of many accounts, all of them or none. */
    record Import(List<AccountChange> changes) implements Entry {
        public Import {
            changes = List.copyOf(changes);
        }

        @Override
        public long position() {
            return changes.getLast().position();
        }

        @Override
        public long bytes() {
            return changes.stream().mapToLong(AccountChange::bytes).sum();
        }
    }

    /** The kinds of change. The code is what the database has. */
    enum Kind {
        REGISTERED(0),
        ADDED(1),
        RESET(2),
        PASSWORD(3),
        LOGIN(4),
        SETTINGS(5),
        RENAMED(6),
        DISABLED(7),
        ENABLED(8),
        UNLOCKED(9),
        DELETED(10),
        GRANTED(11),
        REVOKED(12);

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
     * @param name the account's after it
     * @param was the name before it, where that was another
     * @param actor the Unix user who did it, for an administrator's
     * @param origin where it came from, for a user's own
     * @param size of what was stored, in bytes; else 0
     */
    record Change(
            long number,
            long account,
            String name,
            Kind kind,
            Instant time,
            @Nullable String was,
            @Nullable String actor,
            Optional<Origin> origin,
            int size) {

        /** The session that it came from; empty for an administrator's. */
        public String session() {
            return origin.map(Origin::session).orElse("");
        }

        /** An administrator's. */
        public static Change by(
                String actor, long number, Account account, Kind kind, Instant time, @Nullable String was) {
            return new Change(number, account.number(), account.name(), kind, time, was, actor, Optional.empty(), 0);
        }

        /** A user's own. */
        public static Change own(
                Origin origin, long number, long account, String name, Kind kind, Instant time, int size) {
            return new Change(number, account, name, kind, time, null, null, Optional.of(origin), size);
        }
    }

    /** A connection, as the log names it. */
    record Origin(String session, String dialect, String address, int port) {}

    /** What a change does to the tables. */
    sealed interface Effect {}

    record AccountMade(Account account, String hash) implements Effect {}

    /** @param ends of a one-time password; empty is never */
    record PasswordSet(String hash, boolean mustChange, Optional<Instant> ends) implements Effect {}

    /** The account is afterwards as this, but for its password and its log ins. */
    record AccountUpdated(Account account) implements Effect {}

    /** Its password, settings and networks are gone; its number and its names stay, never to be given again. */
    record AccountDeleted() implements Effect {}

    /** @param rehashed the same password hashed anew, with the parameters of today; null where that was not due */
    record LoggedIn(
            String address,
            int port,
            String network,
            @Nullable String rehashed) implements Effect {}

    record SettingsStored(byte[] document) implements Effect {}
}
