package chatd.daemon.model.entry;

import chatd.protocol.value.group.GroupAction;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of a group. Has a number from the sequence of the messages, and appears in the group's
 * history.
 *
 * @param group the group's number
 * @param name its name from then on
 * @param sender who did it; {@link Message#SERVER} is an administrator, or the daemon
 * @param origin the connection it came from; null if it was read from the database, which does not
 *     store it, and for administrators
 * @param idempotencyKey the identifier that its client gave it; null if none, or if it was read from the
 *     database
 */
public record GroupChange(
        long number,
        Instant time,
        long group,
        String name,
        long sender,
        GroupAction act,
        @Nullable Origin origin,
        @Nullable IdempotencyKey idempotencyKey)
        implements Entry {

    /** Returns who joined through it. */
    public List<Long> addedAccounts() {
        return switch (act) {
            case GroupAction.Created created -> created.users();
            case GroupAction.Added added -> added.users();
            case GroupAction.Joined joined -> List.of(joined.user());
            case GroupAction.Removed _ -> List.of();
            case GroupAction.Left _ -> List.of();
            case GroupAction.Renamed _ -> List.of();
            case GroupAction.RoleGiven _ -> List.of();
            case GroupAction.Set _ -> List.of();
            case GroupAction.RetentionSet _ -> List.of();
            case GroupAction.AvatarChanged _ -> List.of();
            case GroupAction.Closed _ -> List.of();
        };
    }

    /** Returns who left through it; 0 if nobody did. */
    public long removedAccount() {
        return switch (act) {
            case GroupAction.Removed removed -> removed.user();
            case GroupAction.Left left -> left.user();
            default -> 0;
        };
    }

    @Override
    public Receipt receipt() {
        return new Receipt(number, time, act instanceof GroupAction.Created ? group : 0, null);
    }

    @Override
    public long position() {
        return number;
    }

    @Override
    public long bytes() {
        long avatar = act instanceof GroupAction.AvatarChanged changed
                ? changed.avatar().bytes().length
                : 0;
        return 2_500 + 60L * addedAccounts().size() + 2 * avatar;
    }
}
