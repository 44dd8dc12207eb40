package chatd.protocol.command;

import chatd.protocol.value.people.User;
import java.util.List;

/** Commands about other users. */
public sealed interface UserCommand extends Command {

    /**
     * Finds users by the beginning of their name.
     *
     * @param limit the maximum number of users, 0 to {@value #MOST}
     */
    record FindUsers(String text, int limit, String id) implements UserCommand {
        public static final int MOST = 50;
    }

    /** Looks users up by their numbers, at most {@value #MOST}; those that nobody has are left out of the answer. */
    record LookUpUsers(List<Long> users, String id) implements UserCommand {
        public static final int MOST = 200;

        public LookUpUsers {
            users = List.copyOf(users);
        }
    }

    /**
     * Lists the user's friends, by their numbers.
     *
     * @param after only friends with a higher number
     * @param limit the maximum number of friends, 0 to {@value #MOST}
     */
    record ListFriends(long after, int limit, String id) implements UserCommand {
        public static final int MOST = 200;
    }

    /** A command about one other user. */
    sealed interface AboutOne extends UserCommand {
        User user();

        @Override
        default boolean isAcknowledged() {
            return true;
        }
    }

    /**
     * Asks a user to be a friend; agrees, if that user has asked already.
     *
     * @param text what to say, at most {@value #MOST_BYTES} bytes; may be empty
     */
    record AskFriend(User user, String text, String id) implements AboutOne {
        public static final int MOST_BYTES = 1_000;
    }

    /** Answers an open request of a user. */
    record AnswerFriend(User user, boolean agrees, String id) implements AboutOne {}

    /** Removes a user from the friends, or withdraws an open request. */
    record RemoveFriend(User user, String id) implements AboutOne {}

    /** Blocks a user, so that what it sends to this user alone no longer arrives; or unblocks it. */
    record Block(User user, boolean on, String id) implements AboutOne {}
}
