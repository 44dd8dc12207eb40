package chatd.daemon.admin;

import org.jspecify.annotations.Nullable;

/**
 * The caller of an admin command.
 *
 * @param user the Unix user, as reported by the kernel
 * @param claimed the user said to be acting as root, from {@code SUDO_USER}; null for none
 */
public record Requester(String user, @Nullable String claimed, Role role) {
    private static final int LONGEST_CLAIM = 64;

    /**
     * Returns this caller with the claimed name; only root's claim counts, because any
     * administrator may be acting as root.
     */
    Requester claiming(String name) {
        boolean counts = user.equals("root") && !name.isEmpty() && name.length() <= LONGEST_CLAIM;
        return counts ? new Requester(user, name, role) : this;
    }
}
