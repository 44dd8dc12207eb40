package chatd.client.talk.item;

import chatd.protocol.event.MessageEvent;
import java.util.List;

/**
 * What a search has found.
 *
 * @param hits the newest first
 * @param hasMore whether there are older ones
 * @param upTo the number up to which messages were searched; {@link chatd.protocol.event.MessageEvent.Found#EVERYTHING} if all were
 */
public record Found(List<Hit> hits, boolean hasMore, long upTo) {

    /** A message that was found, and where in its text, or in the name of its file. */
    public record Hit(Item item, List<MessageEvent.Place> places) {}
}
