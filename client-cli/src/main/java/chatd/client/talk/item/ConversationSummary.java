package chatd.client.talk.item;

import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.people.Unread;

/**
 * A conversation of the user's.
 *
 * @param last what was said last
 * @param with the other user, or the group, as a recipient; empty for everyone
 */
public record ConversationSummary(MessageEvent.Conversation conversation, Item last, String with) {
    /** Returns how much is unread, {@code 100+} for that or more. */
    public String count() {
        int count = conversation.unread().count();
        return count >= Unread.MAX_COUNT ? Unread.MAX_COUNT + "+" : Integer.toString(count);
    }
}
