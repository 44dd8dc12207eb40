package chatd.client.talk;

import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.User;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One message: a text, or a file that can be fetched.
 *
 * @param number the message's number; 0 if the server gives none
 * @param sender the name that the server gives; {@code server} for itself
 * @param isMine whether this account sent it
 * @param time the server's; for an item just sent from here, this machine's
 * @param isServerTime whether {@code time} is the server's
 * @param text the text; for a file, its name
 * @param file the number of the file; null for a text, -1 until the server has reported it
 * @param to the recipients, if known: {@code chat/1} gives them only for items sent from here. An empty list means
 *     everyone
 * @param answered the number of the message that it answers; 0 for none
 * @param size the file's size in bytes; -1 for a text, or if it is not known
 * @param mentionsMe whether the server says that it mentions the user
 */
public record Item(
        long number,
        String sender,
        boolean isMine,
        Instant time,
        boolean isServerTime,
        String text,
        @Nullable Long file,
        Optional<List<String>> to,
        long answered,
        long size,
        boolean mentionsMe) {

    /** An item of which the server gives neither number nor size. */
    public Item(
            String sender,
            boolean isMine,
            Instant time,
            boolean isServerTime,
            String text,
            @Nullable Long file,
            Optional<List<String>> to) {
        this(0, sender, isMine, time, isServerTime, text, file, to, 0, -1, false);
    }

    /** Returns an item sent from here, as long as the server has not reported it. */
    static Item outgoing(String me, List<String> to, String text, boolean isFile, long answered, Instant now) {
        return new Item(0, me, true, now, false, text, isFile ? -1L : null, Optional.of(to), answered, -1, false);
    }

    /** Returns a message as an item. */
    public static Item of(MessageEvent.Message message, boolean isMine) {
        MessageEvent.Stored stored = message.stored();
        long number = stored == null ? 0 : stored.number();
        long answered = stored == null ? 0 : stored.references().answered();
        return switch (message) {
            case MessageEvent.Text text ->
                new Item(
                        number,
                        text.sender(),
                        isMine,
                        text.time(),
                        true,
                        text.text(),
                        null,
                        Optional.empty(),
                        answered,
                        -1,
                        false);
            case MessageEvent.FileOffer offer ->
                new Item(
                        number,
                        offer.sender(),
                        isMine,
                        offer.time(),
                        true,
                        offer.name(),
                        offer.file(),
                        Optional.empty(),
                        answered,
                        offer.content() == null ? -1 : offer.content().size(),
                        false);
        };
    }

    /** Returns a text of the server itself, which is not stored. */
    public static Item notice(String text, Instant now) {
        return new Item(User.SERVER, false, now, false, text, null, Optional.empty());
    }

    public Item sentTo(List<String> receivers) {
        return new Item(
                number,
                sender,
                isMine,
                time,
                isServerTime,
                text,
                file,
                Optional.of(receivers),
                answered,
                size,
                mentionsMe);
    }

    /** Returns the same, as the server has stored it. */
    public Item stored(long as, Instant at) {
        return new Item(as, sender, isMine, at, true, text, file, to, answered, size, mentionsMe);
    }

    /** Returns the same from a sender whose name is known otherwise, with whether it mentions the user. */
    public Item from(String name, boolean mentions) {
        return new Item(number, name, isMine, time, isServerTime, text, file, to, answered, size, mentions);
    }

    public boolean isFile() {
        return file != null;
    }

    public boolean isFromServer() {
        return sender.equals(User.SERVER);
    }
}
