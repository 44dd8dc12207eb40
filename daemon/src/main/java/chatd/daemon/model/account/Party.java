package chatd.daemon.model.account;

import chatd.protocol.value.people.ConversationPreferences;
import chatd.protocol.value.people.Unread;

/**
 * A user's part in a conversation.
 *
 * @param read the number up to which the user has read
 * @param attention the user's settings for it
 * @param unread what the user has not read
 */
public record Party(long conversation, long read, ConversationPreferences attention, Unread unread) {}
