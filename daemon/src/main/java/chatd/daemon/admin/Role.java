package chatd.daemon.admin;

import java.util.EnumSet;
import java.util.Set;

/** A caller's role, determined by the socket, and thus the Unix group, it connects through. */
public enum Role {
    ADMINISTRATOR("admin.sock"),
    HELPER("help.sock"),
    MODERATOR("moderate.sock"),
    AUDITOR("audit.sock");

    private static final Set<Role> ALL = EnumSet.allOf(Role.class);

    private final String socket;

    Role(String socket) {
        this.socket = socket;
    }

    /** The socket's name in the run directory. */
    String socket() {
        return socket;
    }

    public static Set<Role> administrators() {
        return EnumSet.of(ADMINISTRATOR);
    }

    /** Returns the administrators, and others too. */
    public static Set<Role> administratorsAnd(Role... others) {
        return EnumSet.of(ADMINISTRATOR, others);
    }

    public static Set<Role> all() {
        return EnumSet.copyOf(ALL);
    }
}
