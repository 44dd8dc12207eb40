package chatd.client.talk;

import chatd.protocol.value.Audience;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** An item sent from here and not yet known to be stored. */
public final class Outgoing {
    final Item item;

    private volatile boolean isUnsure;

    /**
     * @param to an empty list means everyone
     * @param text the text; for a file, its name
     */
    Outgoing(String me, List<String> to, String text, boolean isFile, Instant now) {
        this.item = new Item(me, true, now, false, text, isFile ? -1L : null, Optional.of(to));
    }

    public static Audience audience(List<String> to) {
        return to.isEmpty() ? Audience.everyone() : new Audience.Some(to);
    }

    /** Returns whether an item reported by the server can be this one. */
    boolean is(Item told) {
        return told.isMine() && told.isFile() == item.isFile() && told.text().equals(item.text());
    }

    /** Records that the server answered with a text: perhaps not everybody it was sent to gets it. */
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
