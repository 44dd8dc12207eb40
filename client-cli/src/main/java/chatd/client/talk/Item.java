package chatd.client.talk;

import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.User;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One message: a text, or a file that can be fetched.
 *
 * @param sender the name that the server gives; {@code server} for itself
 * @param isMine whether this account sent it
 * @param time the server's, to the second; for an item just sent from here, this machine's
 * @param isServerTime whether {@code time} is the server's
 * @param text the text; for a file, its name
 * @param file the number of the file; null for a text, -1 until the server has reported it
 * @param to the recipients, if known: {@code chat/1} gives them only for items sent from here. An empty list means
 *     everyone
 */
public record Item(
        String sender,
        boolean isMine,
        Instant time,
        boolean isServerTime,
        String text,
        @Nullable Long file,
        Optional<List<String>> to) {

    /** Returns the item in an event, for the account called {@code me}; null if it has none. */
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
