package chatd.audit.event;

import org.jspecify.annotations.Nullable;

/**
 * An account as the log names it.
 *
 * @param user {@code U} and its number; null where there is no such account
 * @param name null where it must not be told: a name typed at log in that no account has may be a password
 */
public record Who(@Nullable String user, @Nullable String name) {
    public static final Who UNKNOWN = new Who(null, null);

    public static Who of(long number, String name) {
        return new Who("U" + number, name);
    }
}
