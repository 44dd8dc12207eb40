package chatd.protocol.value.people;

/**
 * What a user prefers, on all devices.
 *
 * @param readMarks whether others learn how far the user has read, and that it types
 * @param calls who may ask for a direct session
 * @param requests who may ask to be a friend
 * @param groups who may add the user to a group
 * @param texts who may write to the user; whom the user has written to always may
 */
public record Preferences(boolean readMarks, Reach calls, Reach requests, Reach groups, Reach texts) {
    public static final Preferences DEFAULT =
            new Preferences(true, Reach.FRIENDS, Reach.EVERYONE, Reach.EVERYONE, Reach.EVERYONE);
}
