package chatd.protocol.command;

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
}
