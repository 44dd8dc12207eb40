package chatd.protocol.value.people;

import java.util.Locale;

/** Who may do something to a user, as the user prefers. The code is the value in the database. */
public enum Reach {
    EVERYONE(0),
    FRIENDS(1),
    NOBODY(2);

    public final int code;

    Reach(int code) {
        this.code = code;
    }

    /** Returns the written form, such as {@code friends}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if none has this code */
    public static Reach of(int code) {
        for (Reach reach : values()) {
            if (reach.code == code) {
                return reach;
            }
        }
        throw new IllegalArgumentException("no reach has the code " + code);
    }
}
