package chatd.protocol.value.people;

/**
 * What a user has not read of a conversation.
 *
 * @param count how many messages, at most {@value #MOST}, which stands for more
 * @param mentions how many of these mention the user
 * @param first the number of the oldest; 0 for none
 * @param last the number of the newest; 0 for none
 */
public record Unread(int count, int mentions, long first, long last) {
    public static final int MOST = 100;

    public static final Unread NOTHING = new Unread(0, 0, 0, 0);
}
