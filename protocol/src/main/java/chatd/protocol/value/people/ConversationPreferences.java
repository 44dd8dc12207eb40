package chatd.protocol.value.people;

import java.util.Locale;

/**
 * A user's preferences for one conversation.
 *
 * @param notices what the user wants to be notified of
 * @param pinned whether it is listed above the others
 * @param unread whether the user has marked it as unread
 */
public record ConversationPreferences(Notices notices, boolean pinned, boolean unread) {
    public static final ConversationPreferences DEFAULT = new ConversationPreferences(Notices.ALL, false, false);

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
