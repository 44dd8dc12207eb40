package chatd.daemon.model.entry;

import chatd.daemon.model.account.Account;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The numbered record of a change.
 *
 * @param name the account's name after the change
 * @param previousName the previous name; null if the name did not change
 * @param actor the Unix user who made the change through an admin socket; null if it is the user's own
 * @param origin the connection it came from, if it is the user's own
 * @param size bytes that were stored; 0 if none were
 * @param other the other account that it concerns; 0 if none
 * @param message the message that it concerns; 0 if none
 */
public record Change(
        long number,
        long account,
        String name,
        Kind kind,
        Instant time,
        @Nullable String previousName,
        @Nullable String actor,
        Optional<Origin> origin,
        int size,
        long other,
        long message) {

    /** Returns the id of the session that it came from; empty for a change made through an admin socket. */
    public String session() {
        return origin.map(Origin::session).orElse("");
    }

    /** Returns a change made through an admin socket, by an administrator or a helper. */
    public static Change by(String actor, long number, Account account, Kind kind, Instant time, @Nullable String was) {
        return new Change(number, account.number(), account.name(), kind, time, was, actor, Optional.empty(), 0, 0, 0);
    }

    /** Returns a change that a user made to their own account. */
    public static Change own(Origin origin, long number, long account, String name, Kind kind, Instant time, int size) {
        return new Change(number, account, name, kind, time, null, null, Optional.of(origin), size, 0, 0);
    }

    /** Returns the same change, which concerns another account, too. */
    public Change about(long otherAccount) {
        return new Change(number, account, name, kind, time, previousName, actor, origin, size, otherAccount, message);
    }

    /** Returns the same change, with another name of the account. */
    public Change named(String newName) {
        return new Change(number, account, newName, kind, time, previousName, actor, origin, size, other, message);
    }

    /** Returns the same change, which concerns a message, too. */
    public Change withMessage(long itsMessage) {
        return new Change(number, account, name, kind, time, previousName, actor, origin, size, other, itsMessage);
    }

    /** The kinds of change. The code is the value in the database. */
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
        REVOKED(12),
        NOTED(13),
        PREFERRED(14),
        ASKED(15),
        AGREED(16),
        DECLINED(17),
        WITHDRAWN(18),
        UNFRIENDED(19),
        BLOCKED(20),
        UNBLOCKED(21),
        RESUMED(22),
        MUTED(23),
        UNMUTED(24),
        REPORTED(25),
        REPORT_CLOSED(26),
        QUOTA(27),
        REPORT_NOTED(28),
        AVATAR(29),
        ERASURE_BEGUN(30),
        ERASED(31);

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
