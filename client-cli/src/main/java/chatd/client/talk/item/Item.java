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
 * One item of a conversation as shown: a text, a file that can be fetched, or an action on one of these.
 *
 * @param number the item's number; 0 if the server gives none
 * @param to the recipients, if known: {@code chat/1} gives them only for items sent from here. An empty list means
 *     everyone
 */
public record Item(long number, Author author, Stamp stamp, Content content, Optional<List<String>> to, Change change) {

    /**
     * Who sent an item.
     *
     * @param name the name that the server gives; {@code server} for itself
     * @param isMe whether it is this account
     */
    private record Author(String name, boolean isMe) {}

    /**
     * When an item was sent.
     *
     * @param time the server's; for an item just sent from here, this machine's
     * @param isServers whether it is the server's
     */
    private record Stamp(Instant time, boolean isServers) {}

    /**
     * What an item says.
     *
     * @param text the text, the corrected text, or the reaction; for a file, its name; empty if it was taken back
     * @param file the number of the file; null for a text, -1 until the server has reported it, 0 if it was taken back
     * @param answered the number of the message that it answers; 0 for none
     * @param size the file's size in bytes; -1 for a text, or if it is not known
     * @param media the kind of file; {@link Media#NONE} for a text, or if it is not known
     * @param mentionsMe whether the server says that it mentions the user
     */
    private record Content(
            String text, @Nullable Long file, long answered, long size, Media media, boolean mentionsMe) {
        static Content text(String text, long answered) {
            return new Content(text, null, answered, -1, Media.NONE, false);
        }

        static Content file(String name, long file, long answered) {
            return new Content(name, file, answered, -1, Media.NONE, false);
        }

        Content withText(String text) {
            return new Content(text, file, answered, size, media, mentionsMe);
        }

        Content withMention(boolean mentions) {
            return new Content(text, file, answered, size, media, mentions);
        }
    }

    /**
     * What an item does, or what was done to it.
     *
     * @param action what was done to a message; {@link Action#SENT} for a message itself
     * @param of the number of the message that it is about; 0 for a message itself
     * @param amended how a message was amended since it was sent
     * @param news what was done to a group; null for anything else
     */
    private record Change(
            Action action,
            long of,
            MessageState amended,
            @Nullable GroupNews news) {
        private static final Change NONE = new Change(Action.SENT, 0, MessageState.UNCHANGED, null);

        static Change of(Action action, long of) {
            return new Change(action, of, MessageState.UNCHANGED, null);
        }
    }

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

    /**
     * Creates an item of which the server gives neither number nor size.
     *
     * @param file the number of the file; null for a text
     */
    public Item(
            String sender,
            boolean isMine,
            Instant time,
            boolean isServerTime,
            String text,
            @Nullable Long file,
            Optional<List<String>> to) {
        this(
                0,
                new Author(sender, isMine),
                new Stamp(time, isServerTime),
                file == null ? Content.text(text, 0) : Content.file(text, file, 0),
                to,
                Change.NONE);
    }

    /** Returns a text that was said without the server. */
    public static Item direct(String sender, boolean isMine, List<String> to, String text, long answered, Instant now) {
        return new Item(
                0,
                new Author(sender, isMine),
                new Stamp(now, false),
                Content.text(text, answered),
                Optional.of(to),
                Change.NONE);
    }

    /** Returns an item sent from here, as long as the server has not reported it. */
    public static Item outgoing(String me, List<String> to, String text, boolean isFile, long answered, Instant now) {
        return new Item(
                0,
                new Author(me, true),
                new Stamp(now, false),
                isFile ? Content.file(text, -1, answered) : Content.text(text, answered),
                Optional.of(to),
                Change.NONE);
    }

    /** Returns a message, or an action on one, as an item. */
    public static Item of(MessageEvent.Message message, boolean isMine) {
        MessageEvent.Stored stored = message.stored();
        return new Item(
                stored == null ? 0 : stored.number(),
                new Author(message.sender(), isMine),
                new Stamp(message.time(), true),
                content(message, stored == null ? 0 : stored.references().replyTo()),
                Optional.empty(),
                change(message, stored == null ? MessageState.UNCHANGED : stored.amended()));
    }

    private static Content content(MessageEvent.Message message, long answered) {
        return switch (message) {
            case MessageEvent.Text text -> Content.text(text.text(), answered);
            case MessageEvent.FileOffer offer -> {
                var content = offer.content();
                yield content == null
                        ? Content.file(offer.name(), offer.file(), answered)
                        : new Content(offer.name(), offer.file(), answered, content.size(), content.media(), false);
            }
            case MessageEvent.Erased erased -> erased.isFile() ? Content.file("", 0, 0) : Content.text("", 0);
            case MessageEvent.TakenBack _ -> Content.text("", 0);
            case MessageEvent.Corrected corrected -> Content.text(corrected.text(), 0);
            case MessageEvent.GroupChanged _ -> Content.text("", 0);
            case MessageEvent.Reacted reacted -> Content.text(reacted.code(), 0);
        };
    }

    private static Change change(MessageEvent.Message message, MessageState amended) {
        return switch (message) {
            case MessageEvent.Text _ -> new Change(Action.SENT, 0, amended, null);
            case MessageEvent.FileOffer _ -> new Change(Action.SENT, 0, amended, null);
            case MessageEvent.Erased _ -> Change.of(Action.ERASED, 0);
            case MessageEvent.TakenBack taken -> Change.of(Action.TAKEN_BACK, taken.target());
            case MessageEvent.Corrected corrected -> Change.of(Action.CORRECTED, corrected.target());
            case MessageEvent.GroupChanged _ -> Change.of(Action.GROUP, 0);
            case MessageEvent.Reacted reacted ->
                Change.of(reacted.on() ? Action.REACTED : Action.REACTION_REMOVED, reacted.target());
        };
    }

    /** Returns a text of the server itself, which is not stored. */
    public static Item notice(String text, Instant now) {
        return new Item(User.SERVER, false, now, false, text, null, Optional.empty());
    }

    /** Returns an action of this account on this item. */
    public Item ownAction(Action what, String itsText, long itsNumber, String me, Instant now) {
        return new Item(
                itsNumber,
                new Author(me, true),
                new Stamp(now, false),
                Content.text(itsText, 0),
                to,
                Change.of(what, number));
    }

    /** Returns the item as it is shown after a user was renamed. */
    public Item renamed(String was, String name) {
        UnaryOperator<String> rename = one -> one.equals(was) ? name : one;
        return new Item(
                number,
                new Author(rename.apply(author.name()), author.isMe()),
                stamp,
                content,
                to.map(all -> all.stream().map(rename).toList()),
                change);
    }

    /** Returns the item with what was done to a group, in words. */
    public Item with(GroupNews news) {
        return new Item(
                number,
                author,
                stamp,
                content.withText(news.text()),
                to,
                new Change(change.action(), change.of(), change.amended(), news));
    }

    public Item sentTo(List<String> receivers) {
        return new Item(number, author, stamp, content, Optional.of(receivers), change);
    }

    /** Returns the item as the server has stored it. */
    public Item stored(long itsNumber, Instant time) {
        return new Item(itsNumber, author, new Stamp(time, true), content, to, change);
    }

    /** Returns the item with another name for its sender, and with whether it mentions the user. */
    public Item from(String name, boolean mentions) {
        return new Item(number, new Author(name, author.isMe()), stamp, content.withMention(mentions), to, change);
    }

    /** Returns the message with its corrected text. */
    public Item corrected(String now) {
        return new Item(number, author, stamp, content.withText(now), to, change);
    }

    /** Returns the name that the server gives its sender; {@code server} for itself. */
    public String sender() {
        return author.name();
    }

    public boolean isMine() {
        return author.isMe();
    }

    public Instant time() {
        return stamp.time();
    }

    /** Returns whether {@link #time} is the server's, and not this machine's. */
    public boolean isServerTime() {
        return stamp.isServers();
    }

    /** Returns the text, the corrected text, or the reaction; for a file, its name; empty if it was taken back. */
    public String text() {
        return content.text();
    }

    /** Returns the number of the file; null for a text, -1 until the server has reported it, 0 if it was taken back. */
    public @Nullable Long file() {
        return content.file();
    }

    /** Returns the number of the message that it answers; 0 for none. */
    public long answered() {
        return content.answered();
    }

    /** Returns the file's size in bytes; -1 for a text, or if it is not known. */
    public long size() {
        return content.size();
    }

    /** Returns the kind of file; {@link Media#NONE} for a text, or if it is not known. */
    public Media media() {
        return content.media();
    }

    /** Returns whether the server says that it mentions the user. */
    public boolean mentionsMe() {
        return content.mentionsMe();
    }

    public Action action() {
        return change.action();
    }

    /** Returns the number of the message that an action is about; 0 for a message itself. */
    public long of() {
        return change.of();
    }

    /** Returns how a message was amended since it was sent. */
    public MessageState amended() {
        return change.amended();
    }

    /** Returns what was done to a group; null for anything else. */
    public @Nullable GroupNews news() {
        return change.news();
    }

    /**
     * Returns the other side of the conversation, as far as it is known: the group, or the sender; for the user's own
     * item, its first recipient; for an item sent to everyone, the sender.
     *
     * @param me the user's name
     */
    public String otherSide(String me) {
        List<String> receivers = to.orElse(List.of());
        boolean isToOthers = !receivers.isEmpty() && !receivers.equals(List.of(me));
        return isToOthers ? receivers.getFirst() : sender();
    }

    public boolean isFile() {
        return content.file() != null;
    }

    /** Returns whether it is a message that was sent and has not been erased. */
    public boolean isMessage() {
        return action() == Action.SENT;
    }

    public boolean isFromServer() {
        return sender().equals(User.SERVER);
    }
}
