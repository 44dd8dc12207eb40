package chatd.protocol.value.group;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is done to a group. Users are given by their numbers. */
public sealed interface GroupAct {
    /**
     * @param users who was added by it, without who made the group
     * @param wholeHistory whether those who come see what was said before
     * @param open whether anybody may find the group and join it
     */
    record Created(List<Long> users, boolean wholeHistory, boolean open) implements GroupAct {
        public Created {
            users = List.copyOf(users);
        }
    }

    record Added(List<Long> users) implements GroupAct {
        public Added {
            users = List.copyOf(users);
        }
    }

    record Removed(long user) implements GroupAct {}

    /** @param next who became owner by it; 0 if nobody did */
    record Left(long user, long next) implements GroupAct {}

    record Joined(long user) implements GroupAct {}

    /** @param was the former name */
    record Renamed(String was) implements GroupAct {}

    record RoleGiven(long user, GroupRole role) implements GroupAct {}

    /** Settings that were changed, as in {@link Created}; null is one that was not. */
    record Set(
            @Nullable Boolean wholeHistory,
            @Nullable Boolean open,
            @Nullable String topic) implements GroupAct {}

    record Closed() implements GroupAct {}

    /** Returns the users that it is about, besides who did it. */
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
            case Closed _ -> List.of();
        };
    }
}
