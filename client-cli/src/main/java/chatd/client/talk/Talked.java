package chatd.client.talk;

import chatd.protocol.event.MessageEvent;

/**
 * A conversation of the user's.
 *
 * @param last what was said last
 */
public record Talked(MessageEvent.Conversation of, Item last) {
    /** Returns the name of the other user; empty for everyone. */
    public String with() {
        return of.name();
    }
}
