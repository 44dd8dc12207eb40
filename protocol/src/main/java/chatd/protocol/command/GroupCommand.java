package chatd.protocol.command;

import chatd.protocol.value.group.GroupRole;
import chatd.protocol.value.people.Avatar;
import chatd.protocol.value.people.User;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Commands about groups. */
public sealed interface GroupCommand extends Command {
    /** Maximum number of users in one command. */
    int MAX_USERS = 1_000;

    /** Maximum size of a topic, in bytes. */
    int MAX_TOPIC_BYTES = 1_000;

    /** A command that changes something, and is acknowledged once the change is committed. */
    sealed interface Changing extends GroupCommand {
        @Override
        default boolean isAcknowledged() {
            return true;
        }
    }

    /** A change of an existing group. */
    sealed interface OfGroup extends Changing {
        /** Returns the group's number. */
        long group();
    }

    /**
     * Creates a group, with the user as its owner.
     *
     * @param wholeHistory whether new members see earlier messages
     * @param open whether anybody may find and join it
     */
    record Create(String name, List<User> members, boolean wholeHistory, boolean open, String id) implements Changing {
        public Create {
            members = List.copyOf(members);
        }
    }

    record Add(long group, List<User> users, String id) implements OfGroup {
        public Add {
            users = List.copyOf(users);
        }
    }

    record Remove(long group, User user, String id) implements OfGroup {}

    /**
     * @param next the new owner, if the last owner leaves; null for the member of longest standing
     */
    record Leave(long group, @Nullable User next, String id) implements OfGroup {}

    record Join(long group, String id) implements OfGroup {}

    record Rename(long group, String name, String id) implements OfGroup {}

    /** Gives a group another picture, or, with {@link Avatar#NONE}, none. */
    record ChangeAvatar(long group, Avatar avatar, String id) implements OfGroup {}

    record GiveRole(long group, User user, GroupRole role, String id) implements OfGroup {}

    /** Changes settings of a group; null leaves one as it is. */
    record Set(
            long group,
            @Nullable Boolean wholeHistory,
            @Nullable Boolean open,
            @Nullable String topic,
            String id) implements OfGroup {}

    /** Closes a group, which stays readable. */
    record Close(long group, String id) implements OfGroup {}

    /**
     * Lists the members of a group, by their numbers.
     *
     * @param after only members with a higher number
     * @param limit the maximum number of members, 0 to {@value #MAX_LIMIT}
     */
    record ListMembers(long group, long after, int limit, String id) implements GroupCommand {
        public static final int MAX_LIMIT = 1_000;
        public static final int DEFAULT_LIMIT = 200;
    }
}
