package chatd.protocol.value.group;

import chatd.protocol.value.people.Avatar;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A change to a group. Users are given by their numbers. */
public sealed interface GroupAction {
    /**
     * @param users the users added when it was created, without the one who created it
     * @param wholeHistory whether new members see earlier messages
     * @param open whether anybody may find the group and join it
     */
    record Created(List<Long> users, boolean wholeHistory, boolean open) implements GroupAction {
        public Created {
            users = List.copyOf(users);
        }
    }

    record Added(List<Long> users) implements GroupAction {
        public Added {
            users = List.copyOf(users);
        }
    }

    record Removed(long user) implements GroupAction {}

    /** @param next who became owner as a result; 0 if nobody did */
    record Left(long user, long next) implements GroupAction {}

    record Joined(long user) implements GroupAction {}

    /** @param oldName the former name */
    record Renamed(String oldName) implements GroupAction {}

    record RoleGiven(long user, GroupRole role) implements GroupAction {}

    /** Changes settings, as in {@link Created}; null is one that was not changed. */
    record Set(
            @Nullable Boolean wholeHistory,
            @Nullable Boolean open,
            @Nullable String topic) implements GroupAction {}

    /** @param avatar the new picture; {@link Avatar#NONE} for none, or if this is history, which does not keep it */
    record AvatarChanged(Avatar avatar) implements GroupAction {}

    /** @param days for which messages are kept; 0 for ever, -1 for as long as those of other groups */
    record RetentionSet(int days) implements GroupAction {}

    record Closed() implements GroupAction {}

    /** Returns the users whom the change concerns, besides the one who made it. */
    default List<Long> users() {
        return switch (this) {
            case Created created -> created.users();
            case Added added -> added.users();
            case Removed removed -> List.of(removed.user());
            case Left left -> left.next() == 0 ? List.of(left.user()) : List.of(left.user(), left.next());
            case Joined joined -> List.of(joined.user());
            case RoleGiven given -> List.of(given.user());
            case Renamed _ -> List.of();
            case Set _ -> List.of();
            case AvatarChanged _ -> List.of();
            case RetentionSet _ -> List.of();
            case Closed _ -> List.of();
        };
    }
}
