package chatd.client.talk;

import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.User;
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

    /** What an event says, to the account called {@code me}; null where it says nothing. */
    public static @Nullable Item of(Event event, String me) {
        return event instanceof MessageEvent.Message message ? of(message, me) : null;
    }

    private static Item of(MessageEvent.Message message, String me) {
        boolean isMine = message.sender().equals(me);
        return switch (message) {
            case MessageEvent.Text text ->
                new Item(text.sender(), isMine, text.time(), true, text.text(), null, Optional.empty());
            case MessageEvent.FileOffer offer ->
                new Item(offer.sender(), isMine, offer.time(), true, offer.name(), offer.file(), Optional.empty());
        };
    }

    Item sentTo(List<String> receivers) {
        return new Item(sender, isMine, time, isServerTime, text, file, Optional.of(receivers));
    }

    public boolean isFile() {
        return file != null;
    }

    public boolean isFromServer() {
        return sender.equals(User.SERVER);
    }
}
