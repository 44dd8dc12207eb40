package chatd.client.talk;

import java.util.List;

/** Who shows what a {@link Conversation} gets to know. Called by its threads, one call at a time. */
public interface View {
    /** Something was said just now, by others or, confirmed by the server, from here. */
    void said(Item item);

    /** Items of the history. */
    void replayed(Replay replay);

    void presence(String name, Presence presence);

    enum Presence {
        ONLINE,
        OFFLINE,
        /** Has an account now; is not online. */
        NEW
    }

    /** The connection is lost, or can't be made again, and will be tried for; {@code why} is a sentence. */
    void lost(String why);

    /** The connection is there again. */
    void back();

    /** The session has ended for good, until {@link Conversation#begin} is called again; {@code why} is a sentence. */
    void ended(String why);

    /** This was sent some time ago, and the server has not said yet that it is stored. */
    void waiting(Item item);

    /** This was not stored. */
    void notSent(Item item);

    /** The settings were read. */
    void preferences(Preferences preferences);

    /** Why items of the history are shown. */
    enum Reason {
        /** The last ones, at the first log in from here. */
        FIRST,
        /** What came since the last time. */
        AWAY,
        /** What came while the connection was down. */
        LOSS,
        /** To see whether something was stored. */
        CHECK,
        /** A person asked. */
        ASKED
    }

    /**
     * @param items oldest first
     * @param wasCut whether there may be more before them that was never shown
     */
    record Replay(Reason reason, List<Item> items, boolean wasCut) {}
}
