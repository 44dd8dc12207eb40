package chatd.daemon.model;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The numbered row of a change.
 *
 * @param name the account's after it
 * @param was the name before it, where that was another
 * @param actor the Unix user who did it, for an administrator's
 * @param origin where it came from, for a user's own
 * @param size of what was stored, in bytes; else 0
 */
public record Change(
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
    public static Change by(String actor, long number, Account account, Kind kind, Instant time, @Nullable String was) {
        return new Change(number, account.number(), account.name(), kind, time, was, actor, Optional.empty(), 0);
    }

    /** A user's own. */
    public static Change own(Origin origin, long number, long account, String name, Kind kind, Instant time, int size) {
        return new Change(number, account, name, kind, time, null, null, Optional.of(origin), size);
    }

    /** The kinds of change. The code is what the database has. */
    public enum Kind {
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

        public final int code;

        Kind(int code) {
            this.code = code;
        }

        public static Kind of(int code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("no kind of change has the code " + code);
        }
    }
}
