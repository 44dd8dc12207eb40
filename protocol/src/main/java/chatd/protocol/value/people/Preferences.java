package chatd.protocol.value.people;

/**
 * A user's preferences, the same on all devices.
 *
 * @param readMarks whether others learn how far the user has read, and when they are typing
 * @param calls who may ask for a direct session
 * @param requests who may ask to be a friend
 * @param groups who may add the user to a group
 * @param lastSeen whether others see when the user was online last
 * @param texts who may write to the user; those whom the user has written to always may
 */
public record Preferences(
        boolean readMarks,
        boolean lastSeen,
        AllowedUsers calls,
        AllowedUsers requests,
        AllowedUsers groups,
        AllowedUsers texts) {
    public static final Preferences DEFAULT = new Preferences(
            true, false, AllowedUsers.FRIENDS, AllowedUsers.EVERYONE, AllowedUsers.EVERYONE, AllowedUsers.EVERYONE);
}
