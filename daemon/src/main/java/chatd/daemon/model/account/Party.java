package chatd.daemon.model.account;

import chatd.protocol.value.people.Attention;
import chatd.protocol.value.people.Unread;

/**
 * A user's part in a conversation.
 *
 * @param read the number up to which the user has read
 * @param attention what the user wants of it
 * @param unread what the user has not read
 */
public record Party(long conversation, long read, Attention attention, Unread unread) {}
