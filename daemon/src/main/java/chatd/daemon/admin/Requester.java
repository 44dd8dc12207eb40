package chatd.daemon.admin;

import org.jspecify.annotations.Nullable;

/**
 * Who gives a command.
 *
 * @param user as the kernel says
 * @param claimed who is said to be behind root
 */
record Requester(String user, @Nullable String claimed, Role role) {
    private static final int LONGEST_CLAIM = 64;

    /** The same, with what was claimed: of root alone, who may be anyone. */
    Requester claiming(String name) {
        boolean counts = user.equals("root") && !name.isEmpty() && name.length() <= LONGEST_CLAIM;
        return counts ? new Requester(user, name, role) : this;
    }
}
