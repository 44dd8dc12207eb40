package chatd.protocol.value.group;

import java.util.Locale;

/** A member's role in a group, the most powerful first. The code is the value in the database. */
public enum GroupRole {
    OWNER(2),
    ADMIN(1),
    MEMBER(0);

    public final int code;

    GroupRole(int code) {
        this.code = code;
    }

    /** Returns the written form, such as {@code admin}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns whether the role may add and remove members, and rename the group. */
    public boolean isAdmin() {
        return this != MEMBER;
    }

    /** @throws IllegalArgumentException if none has this code */
    public static GroupRole of(int code) {
        for (GroupRole role : values()) {
            if (role.code == code) {
                return role;
            }
        }
        throw new IllegalArgumentException("no role has the code " + code);
    }
}
