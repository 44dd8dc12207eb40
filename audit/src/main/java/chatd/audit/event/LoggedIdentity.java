package chatd.audit.event;

import org.jspecify.annotations.Nullable;

/**
 * An account, or a group among receivers, as the log names it.
 *
 * @param user {@code U} followed by the account's number, or {@code G} by the group's; null if there is no such account
 * @param name null if it must not be logged: an unknown name typed at login may be a password
 */
public record LoggedIdentity(
        @Nullable String user, @Nullable String name) {
    public static final LoggedIdentity UNKNOWN = new LoggedIdentity(null, null);

    /** Returns a group among the receivers of a message. */
    public static LoggedIdentity ofGroup(long number, String name) {
        return new LoggedIdentity("G" + number, name);
    }

    public boolean isGroup() {
        return user != null && user.startsWith("G");
    }

    public static LoggedIdentity of(long number, String name) {
        return new LoggedIdentity("U" + number, name);
    }
}
