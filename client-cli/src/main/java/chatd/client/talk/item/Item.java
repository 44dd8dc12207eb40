package chatd.client.talk.item;

import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.Media;
import chatd.protocol.value.MessageState;
import chatd.protocol.value.people.User;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One item of a conversation as shown: a text, a file that can be fetched, or an action on one of
 * these.
 *
 * @param number the item's number; 0 if the server gives none
 * @param sender the name that the server gives; {@code server} for itself
 * @param isMine whether this account sent it
 * @param time the server's; for an item just sent from here, this machine's
 * @param isServerTime whether {@code time} is the server's
 * @param text the text, the corrected text, or the reaction; for a file, its name; empty if it was
 *     taken back
 * @param file the number of the file; null for a text, -1 until the server has reported it, 0 if it was taken back
 * @param to the recipients, if known: {@code chat/1} gives them only for items sent from here. An empty list means
 *     everyone
 * @param answered the number of the message that it answers; 0 for none
 * @param size the file's size in bytes; -1 for a text, or if it is not known
 * @param media the kind of file; {@link Media#NONE} for a text, or if it is not known
 * @param mentionsMe whether the server says that it mentions the user
 * @param action what was done to a message; {@link Action#SENT} for a message itself
 * @param of the number of the message that it is about; 0 for a message itself
 * @param amended how a message was amended since it was sent
 * @param news what was done to a group; null for anything else
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
        Media media,
        boolean mentionsMe,
        Action action,
        long of,
        MessageState amended,
        @Nullable GroupNews news) {

    /** What was done. */
    public enum Action {
        /** A message was sent. */
        SENT,
        /** A message was sent, and nothing is left of it but the fact that it was sent. */
        ERASED,
        TAKEN_BACK,
        CORRECTED,
        REACTED,
        REACTION_REMOVED,
        /** A group was changed. */
        GROUP
    }

    /** A message that has not been amended yet. */
    private Item(
            long number,
            String sender,
            boolean isMine,
            Instant time,
            boolean isServerTime,
            String text,
            @Nullable Long file,
            Optional<List<String>> to,
            long answered,
            long size) {
        this(
                number,
                sender,
                isMine,
                time,
                isServerTime,
                text,
                file,
                to,
                answered,
                size,
                Media.NONE,
                false,
                Action.SENT,
                0,
                MessageState.UNCHANGED,
                null);
    }

    /** An item of which the server gives neither number nor size. */
    public Item(
            String sender,
            boolean isMine,
            Instant time,
            boolean isServerTime,
            String text,
            @Nullable Long file,
            Optional<List<String>> to) {
        this(0, sender, isMine, time, isServerTime, text, file, to, 0, -1);
    }

    /** Returns a text that was said without the server. */
    public static Item direct(String sender, boolean isMine, List<String> to, String text, long answered, Instant now) {
        return new Item(0, sender, isMine, now, false, text, null, Optional.of(to), answered, -1);
    }

    /** Returns an item sent from here, as long as the server has not reported it. */
    public static Item outgoing(String me, List<String> to, String text, boolean isFile, long answered, Instant now) {
        return new Item(0, me, true, now, false, text, isFile ? -1L : null, Optional.of(to), answered, -1);
    }

    /** Returns a message, or an action on one, as an item. */
    public static Item of(MessageEvent.Message message, boolean isMine) {
        MessageEvent.Stored stored = message.stored();
        long number = stored == null ? 0 : stored.number();
        long answered = stored == null ? 0 : stored.references().replyTo();
        String sender = message.sender();
        Instant time = message.time();
        return switch (message) {
            case MessageEvent.Text text ->
                new Item(number, sender, isMine, time, true, text.text(), null, Optional.empty(), answered, -1)
                        .withAction(Action.SENT, 0, stored == null ? MessageState.UNCHANGED : stored.amended());
            case MessageEvent.FileOffer offer -> {
                long size = offer.content() == null ? -1 : offer.content().size();
                yield new Item(
                                number,
                                sender,
                                isMine,
                                time,
                                true,
                                offer.name(),
                                offer.file(),
                                Optional.empty(),
                                answered,
                                size)
                        .withMedia(
                                offer.content() == null
                                        ? Media.NONE
                                        : offer.content().media())
                        .withAction(Action.SENT, 0, stored == null ? MessageState.UNCHANGED : stored.amended());
            }
            case MessageEvent.Erased erased ->
                new Item(number, sender, isMine, time, true, "", erased.isFile() ? 0L : null, Optional.empty(), 0, -1)
                        .withAction(Action.ERASED, 0, MessageState.UNCHANGED);
            case MessageEvent.TakenBack taken ->
                actionItem(message, number, isMine, "")
                        .withAction(Action.TAKEN_BACK, taken.target(), MessageState.UNCHANGED);
            case MessageEvent.Corrected corrected ->
                actionItem(message, number, isMine, corrected.text())
                        .withAction(Action.CORRECTED, corrected.target(), MessageState.UNCHANGED);
            case MessageEvent.GroupChanged changed ->
                actionItem(message, number, isMine, "").withAction(Action.GROUP, 0, MessageState.UNCHANGED);
            case MessageEvent.Reacted reacted ->
                actionItem(message, number, isMine, reacted.code())
                        .withAction(
                                reacted.on() ? Action.REACTED : Action.REACTION_REMOVED,
                                reacted.target(),
                                MessageState.UNCHANGED);
        };
    }

    private static Item actionItem(MessageEvent.Message message, long number, boolean isMine, String text) {
        return new Item(number, message.sender(), isMine, message.time(), true, text, null, Optional.empty(), 0, -1);
    }

    /** Returns an action of this account on this item. */
    public Item ownAction(Action what, String itsText, long itsNumber, String me, Instant now) {
        return new Item(itsNumber, me, true, now, false, itsText, null, to, 0, -1)
                .withAction(what, number, MessageState.UNCHANGED);
    }

    /** Returns the item as it is shown after a user was renamed. */
    public Item renamed(String was, String name) {
        UnaryOperator<String> rename = one -> one.equals(was) ? name : one;
        return with(
                number,
                rename.apply(sender),
                time,
                isServerTime,
                text,
                to.map(all -> all.stream().map(rename).toList()),
                mentionsMe);
    }

    private Item withMedia(Media itsMedia) {
        return new Item(
                number,
                sender,
                isMine,
                time,
                isServerTime,
                text,
                file,
                to,
                answered,
                size,
                itsMedia,
                mentionsMe,
                action,
                of,
                amended,
                news);
    }

    private Item withAction(Action what, long about, MessageState now) {
        return new Item(
                number,
                sender,
                isMine,
                time,
                isServerTime,
                text,
                file,
                to,
                answered,
                size,
                media,
                mentionsMe,
                what,
                about,
                now,
                news);
    }

    /** Returns the item with what was done to a group, in words. */
    public Item with(GroupNews its) {
        return new Item(
                number,
                sender,
                isMine,
                time,
                isServerTime,
                its.text(),
                file,
                to,
                answered,
                size,
                media,
                mentionsMe,
                action,
                of,
                amended,
                its);
    }

    /** Returns a text of the server itself, which is not stored. */
    public static Item notice(String text, Instant now) {
        return new Item(User.SERVER, false, now, false, text, null, Optional.empty());
    }

    public Item sentTo(List<String> receivers) {
        return with(number, sender, time, isServerTime, text, Optional.of(receivers), mentionsMe);
    }

    /** Returns the item as the server has stored it. */
    public Item stored(long itsNumber, Instant itsTime) {
        return with(itsNumber, sender, itsTime, true, text, to, mentionsMe);
    }

    /** Returns the item with another name for its sender, and with whether it mentions the user. */
    public Item from(String name, boolean mentions) {
        return with(number, name, time, isServerTime, text, to, mentions);
    }

    /** Returns the message with its corrected text. */
    public Item corrected(String now) {
        return with(number, sender, time, isServerTime, now, to, mentionsMe);
    }

    private Item with(
            long itsNumber,
            String itsSender,
            Instant itsTime,
            boolean isServers,
            String itsText,
            Optional<List<String>> itsReceivers,
            boolean mentions) {
        return new Item(
                itsNumber,
                itsSender,
                isMine,
                itsTime,
                isServers,
                itsText,
                file,
                itsReceivers,
                answered,
                size,
                media,
                mentions,
                action,
                of,
                amended,
                news);
    }

    /**
     * Returns the other side of the conversation, as far as it is known: the group, or the sender;
     * for the user's own item, its first recipient; for an item sent to everyone, the sender.
     *
     * @param me the user's name
     */
    public String with(String me) {
        List<String> receivers = to.orElse(List.of());
        boolean isToOthers = !receivers.isEmpty() && !receivers.equals(List.of(me));
        return isToOthers ? receivers.getFirst() : sender;
    }

    public boolean isFile() {
        return file != null;
    }

    /** Returns whether it is a message that was sent and has not been erased. */
    public boolean isMessage() {
        return action == Action.SENT;
    }

    public boolean isFromServer() {
        return sender.equals(User.SERVER);
    }
}
