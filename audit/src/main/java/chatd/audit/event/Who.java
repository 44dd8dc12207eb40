package chatd.audit.event;

import org.jspecify.annotations.Nullable;

/**
 * An account, or a group among receivers, as the log names it.
 *
 * @param user {@code U} followed by the account's number, or {@code G} by the group's; null if there is no such account
 * @param name null if it must not be logged: an unknown name typed at login may be a password
 */
public record Who(@Nullable String user, @Nullable String name) {
    public static final Who UNKNOWN = new Who(null, null);

    /** Returns a group, where it is among receivers. */
    public static Who ofGroup(long number, String name) {
        return new Who("G" + number, name);
    }

    public boolean isGroup() {
        return user != null && user.startsWith("G");
    }

    public static Who of(long number, String name) {
        return new Who("U" + number, name);
    }
}
