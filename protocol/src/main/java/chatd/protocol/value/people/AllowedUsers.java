package chatd.protocol.value.people;

import java.util.Locale;

/**
 * Which other users may do something to a user, such as call: a preference of that user. The code is the value in the
 * database.
 */
public enum AllowedUsers {
    EVERYONE(0),
    FRIENDS(1),
    NOBODY(2);

    public final int code;

    AllowedUsers(int code) {
        this.code = code;
    }

    /** Returns the written form, such as {@code friends}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if none has this code */
    public static AllowedUsers of(int code) {
        for (AllowedUsers reach : values()) {
            if (reach.code == code) {
                return reach;
            }
        }
        throw new IllegalArgumentException("no value has the code " + code);
    }
}
