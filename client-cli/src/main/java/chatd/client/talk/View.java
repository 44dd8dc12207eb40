package chatd.client.talk;

import chatd.client.talk.item.ConversationSummary;
import chatd.client.talk.item.Item;
import chatd.client.talk.item.Outgoing;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Shows the events of a {@link ChatSession}; by default, only the items. Called by several of its threads, possibly at
 * once: implementations must be thread-safe.
 */
public interface View {
    /** Shows a new item from others, or from another session of the user's own. */
    void received(Item item);

    /** Shows an item sent from here, once the server has confirmed it. */
    default void sent(Item item) {
        received(item);
    }

    /** Shows items of the history. */
    default void replayed(Replay replay) {}

    default void presence(String name, Presence presence) {}

    enum Presence {
        ONLINE,
        OFFLINE,
        /** A new account, which is not online. */
        NEW
    }

    /** Reports that the connection is lost or can't be made again, and is being retried; {@code why} is a sentence. */
    default void lost(String why) {}

    /** Reports how long it will be until the next attempt to connect; called about once a second. */
    default void retrying(Duration left) {}

    /** Reports that the connection is re-established. */
    default void reconnected() {}

    /**
     * Reports that the session has ended and stays so until {@link ChatSession#begin} is called; {@code why} is a
     * sentence.
     */
    default void ended(String why) {}

    /**
     * Shows the texts sent from here that are not known to be stored, replacing those shown by the previous call;
     * none once all are. Called about once a second as long as there are any.
     */
    default void pending(List<Outgoing> texts) {}

    /**
     * Reports that an item was not stored.
     *
     * @param why a sentence; empty if it is not known
     */
    default void notSent(Item item, String why) {}

    /**
     * Shows what waits for the user after a login: conversations with something unread, the newest first, and requests
     * to be friends, by the name of the user who asks.
     */
    default void showWaiting(List<ConversationSummary> unread, Map<String, String> asking) {}

    /** Shows that a user asks this one to be a friend, with their text, which may be empty. */
    default void friendRequested(String name, String text) {}

    /** Shows a notice from the client itself. */
    default void notice(String text) {}

    /**
     * Shows that a user has been renamed.
     *
     * @param isMe whether the user is this one
     */
    default void renamed(String was, String to, boolean isMe) {}

    /** Shows that a user is writing a text to this one. */
    default void typing(String name) {}

    /** Shows that a user has read what this one wrote, up to a message. */
    default void read(String name, long number) {}

    /**
     * Sets whom the user has blocked: what they write in groups and to everyone is hidden.
     *
     * @param isBlocked tests whether the user of this name is blocked at the time of the call
     */
    default void setBlocked(Predicate<String> isBlocked) {}

    /** Applies the settings that were read. */
    default void preferences(Preferences preferences) {}

    /** Why items of the history are shown. */
    enum Reason {
        /** The last items, at the first login from here. */
        FIRST,
        /** Items that arrived since the last session here. */
        AWAY,
        /** Items that arrived while the connection was down. */
        LOSS,
        /** To see whether something was stored. */
        CHECK,
        /** The user asked. */
        ASKED,
        /** The user asked for what is unread of a conversation. */
        UNREAD
    }

    /**
     * @param items oldest first
     * @param hasOlder whether there is, or may be, more before them that is not shown
     * @param hasNewer whether there is more after them that is not shown
     */
    record Replay(Reason reason, List<Item> items, boolean hasOlder, boolean hasNewer) {}
}
