package chatd.protocol.value.people;

/**
 * The messages of a conversation that a user has not read.
 *
 * @param count how many messages, at most {@value #MAX_COUNT}, which means that many or more
 * @param mentions how many of these mention the user
 * @param first the number of the oldest; 0 for none
 * @param last the number of the newest; 0 for none
 */
public record Unread(int count, int mentions, long first, long last) {
    public static final int MAX_COUNT = 100;

    public static final Unread NOTHING = new Unread(0, 0, 0, 0);
}
