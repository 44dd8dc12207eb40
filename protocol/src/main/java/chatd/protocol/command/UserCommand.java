package chatd.protocol.command;

import chatd.protocol.value.Addressee;
import chatd.protocol.value.people.User;
import java.util.List;

/** Commands about other users. */
public sealed interface UserCommand extends Command {

    /**
     * Finds users by the beginning of their name.
     *
     * @param limit the maximum number of users, 0 to {@value #MAX_LIMIT}
     */
    record FindUsers(String text, int limit, String id) implements UserCommand {
        public static final int MAX_LIMIT = 50;
    }

    /**
     * Looks users up by their numbers, at most {@value #MAX_USERS}; numbers that nobody has are left out
     * of the answer.
     */
    record LookUpUsers(List<Long> users, String id) implements UserCommand {
        public static final int MAX_USERS = 200;

        public LookUpUsers {
            users = List.copyOf(users);
        }
    }

    /**
     * Lists the user's friends, by their numbers.
     *
     * @param after only friends with a higher number
     * @param limit the maximum number of friends, 0 to {@value #MAX_LIMIT}
     */
    record ListFriends(long after, int limit, String id) implements UserCommand {
        public static final int MAX_LIMIT = 200;
    }

    /**
     * Asks for the pictures of users and groups, at most {@value #MAX_ADDRESSEES}.
     *
     * @param of each an {@link Addressee}; those that do not exist are left out of the answer
     */
    record LookUpAvatars(List<Long> of, String id) implements UserCommand {
        public static final int MAX_ADDRESSEES = 200;

        public LookUpAvatars {
            of = List.copyOf(of);
        }
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
     * Asks a user to be a friend; accepts their request, if that user has asked already.
     *
     * @param text what to say, at most {@value #MAX_BYTES} bytes; may be empty
     */
    record AskFriend(User user, String text, String id) implements AboutOne {
        public static final int MAX_BYTES = 1_000;
    }

    /** Answers a pending request from a user. */
    record AnswerFriend(User user, boolean agrees, String id) implements AboutOne {}

    /** Removes a friend, or withdraws a pending request. */
    record RemoveFriend(User user, String id) implements AboutOne {}

    /**
     * Blocks a user, so that messages from them to this user alone no longer arrive; or unblocks
     * them.
     */
    record Block(User user, boolean on, String id) implements AboutOne {}
}
