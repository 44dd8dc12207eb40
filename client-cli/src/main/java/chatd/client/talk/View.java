package chatd.client.talk;

import java.util.List;

/**
 * Shows the events of a {@link Conversation}. Called by several of its threads, possibly at once: implementations must
 * be thread-safe.
 */
public interface View {
    /** Shows a new item: from others, or from here once the server has confirmed it. */
    void said(Item item);

    /** Shows items of the history. */
    void replayed(Replay replay);

    void presence(String name, Presence presence);

    enum Presence {
        ONLINE,
        OFFLINE,
        /** A new account, which is not online. */
        NEW
    }

    /** Reports that the connection is lost or can't be made again, and is being retried; {@code why} is a sentence. */
    void lost(String why);

    /** Reports that the connection is re-established. */
    void back();

    /**
     * Reports that the session has ended and stays so until {@link Conversation#begin} is called; {@code why} is a
     * sentence.
     */
    void ended(String why);

    /** Reports that the server has not yet confirmed an item sent some time ago. */
    void waiting(Item item);

    /** Reports that an item was not stored. */
    void notSent(Item item);

    /** Applies the settings that were read. */
    void preferences(Preferences preferences);

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
        ASKED
    }

    /**
     * @param items oldest first
     * @param wasCut whether there may be more before them that was never shown
     */
    record Replay(Reason reason, List<Item> items, boolean wasCut) {}
}
