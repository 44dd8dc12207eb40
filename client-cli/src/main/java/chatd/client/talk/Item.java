package chatd.client.talk;

import chatd.protocol.Event;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was said: a text, or a file that can be fetched.
 *
 * @param sender as the server names them, {@code server} for itself
 * @param isMine whether this account sent it
 * @param time the server's, by the second; of what was just sent from here, this machine's
 * @param isServerTime whether {@code time} is the server's
 * @param text the text; of a file its name
 * @param file the number of the file; empty for a text, -1 while the server has not told it
 * @param to to whom it went, where that is known: {@code chat/1} tells it only of what was sent from here. An empty list
 *     is everyone
 */
public record Item(
        String sender,
        boolean isMine,
        Instant time,
        boolean isServerTime,
        String text,
        @Nullable Long file,
        Optional<List<String>> to) {

    /** The name that the server speaks under. */
    public static final String SERVER = "server";

    /** What an event says, to the account called {@code me}; null where it says nothing. */
    public static @Nullable Item of(Event event, String me) {
        return switch (event) {
            case Event.Text(String sender, Instant time, String text, var stored) ->
                new Item(sender, sender.equals(me), time, true, text, null, Optional.empty());
            case Event.FileOffer(String sender, Instant time, String name, long file, var content, var stored) ->
                new Item(sender, sender.equals(me), time, true, name, file, Optional.empty());
            default -> null;
        };
    }

    Item sentTo(List<String> receivers) {
        return new Item(sender, isMine, time, isServerTime, text, file, Optional.of(receivers));
    }

    public boolean isFile() {
        return file != null;
    }

    public boolean isFromServer() {
        return sender.equals(SERVER);
    }
}
