package chatd.client.talk;

import chatd.protocol.value.Audience;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What was sent from here and is not known to be stored yet. */
public final class Outgoing {
    final Item item;

    private volatile boolean isUnsure;

    /**
     * @param to nobody named is everyone
     * @param text of a file its name
     */
    Outgoing(String me, List<String> to, String text, boolean isFile, Instant now) {
        this.item = new Item(me, true, now, false, text, isFile ? -1L : null, Optional.of(to));
    }

    public static Audience audience(List<String> to) {
        return to.isEmpty() ? Audience.everyone() : new Audience.Some(to);
    }

    /** Whether an item that the server tells of can be this one. */
    boolean is(Item told) {
        return told.isMine() && told.isFile() == item.isFile() && told.text().equals(item.text());
    }

    /** The server had something to say to it: perhaps not all it was sent to get it. */
    void doubt() {
        isUnsure = true;
    }

    boolean isUnsure() {
        return isUnsure;
    }

    List<String> to() {
        return item.to().orElseThrow();
    }
}
