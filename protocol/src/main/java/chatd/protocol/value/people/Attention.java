package chatd.protocol.value.people;

import java.util.Locale;

/**
 * What a user wants of a conversation.
 *
 * @param notices what the user wants to be notified of
 * @param pinned whether it stands above the others
 * @param unread whether the user has marked it as unread
 */
public record Attention(Notices notices, boolean pinned, boolean unread) {
    public static final Attention DEFAULT = new Attention(Notices.ALL, false, false);

    /** The code is the value in the database. */
    public enum Notices {
        ALL(0),
        MENTIONS(1),
        NONE(2);

        public final int code;

        Notices(int code) {
            this.code = code;
        }

        /** Returns the written form, such as {@code mentions}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @throws IllegalArgumentException if none has this code */
        public static Notices of(int code) {
            for (Notices notices : values()) {
                if (notices.code == code) {
                    return notices;
                }
            }
            throw new IllegalArgumentException("no notification has the code " + code);
        }
    }
}
