package chatd.daemon.model.entry;

import chatd.protocol.value.group.GroupAct;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that was done to a group. Has a number among those of the messages, and appears in the group's history.
 *
 * @param group the group's number
 * @param name its name from then on
 * @param sender who did it; {@link Message#SERVER} is an administrator, or the daemon
 * @param origin the connection it came from; null if it was read from the database, which does not store it, and for
 *     administrators
 * @param once the identifier that its client gave it; null if none, or if it was read from the database
 */
public record GroupChange(
        long number,
        Instant time,
        long group,
        String name,
        long sender,
        GroupAct act,
        @Nullable Origin origin,
        @Nullable SentOnce once)
        implements Entry {

    /** Returns who joined through it. */
    public List<Long> addedAccounts() {
        return switch (act) {
            case GroupAct.Created created -> created.users();
            case GroupAct.Added added -> added.users();
            case GroupAct.Joined joined -> List.of(joined.user());
            case GroupAct.Removed _ -> List.of();
            case GroupAct.Left _ -> List.of();
            case GroupAct.Renamed _ -> List.of();
            case GroupAct.RoleGiven _ -> List.of();
            case GroupAct.Set _ -> List.of();
            case GroupAct.Closed _ -> List.of();
        };
    }

    /** Returns who left through it; 0 if nobody did. */
    public long removedAccount() {
        return switch (act) {
            case GroupAct.Removed removed -> removed.user();
            case GroupAct.Left left -> left.user();
            default -> 0;
        };
    }

    @Override
    public Receipt receipt() {
        return new Receipt(number, time, act instanceof GroupAct.Created ? group : 0, null);
    }

    @Override
    public long position() {
        return number;
    }

    @Override
    public long bytes() {
        return 2_500 + 60L * addedAccounts().size();
    }
}
