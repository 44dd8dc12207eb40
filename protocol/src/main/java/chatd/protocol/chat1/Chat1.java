package chatd.protocol.chat1;

import static java.util.Objects.requireNonNull;

import chatd.protocol.Dialect;
import chatd.protocol.Gate;
import chatd.protocol.MessageReader;
import chatd.protocol.command.Command;
import chatd.protocol.command.FileCommand;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.event.Event;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.GroupEvent;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Code;
import chatd.protocol.value.Limits;
import chatd.protocol.value.people.User;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The dialect {@code chat/1}, each packet declared once: this table is the specification (page {@code chat-1.md}).
 *
 * <p>The daemon reads {@link Command}s and writes {@link Event}s, the client the other way round, from the same rows.
 * Immutable; any thread.
 */
public final class Chat1 implements Dialect {
    /** The ALPN protocol name. */
    public static final String ALPN = "chat/1";

    static final int HEADER_BYTES = 8;

    private final List<Packet<? extends Command>> commands;
    private final List<Packet<? extends Event>> events;

    /** Creates the dialect with the default limits and time zone of the page. */
    public Chat1() {
        this(Limits.DEFAULT, ZoneOffset.UTC);
    }

    /** @param zone the time zone of times on the wire, option {@code chat1.wire-zone} */
    public Chat1(Limits limits, ZoneId zone) {
        this.commands = CommandTable.rows(limits);
        this.events = EventTable.rows(Field.time(zone));
    }

    List<Packet<? extends Command>> commandRows() {
        return commands;
    }

    List<Packet<? extends Event>> eventRows() {
        return events;
    }

    @Override
    public String name() {
        return ALPN;
    }

    @Override
    public MessageReader<Command> commandReader() {
        return new FrameReader<>(commands, FileCommand.Piece::new);
    }

    @Override
    public MessageReader<Event> eventReader() {
        return new FrameReader<>(events, FileEvent.Piece::new);
    }

    @Override
    public ByteBuf write(Command command, ByteBufAllocator buffers) {
        return packet(commands, command, buffers);
    }

    @Override
    public List<Frame> frames(Event event, long viewer, ByteBufAllocator buffers) {
        return switch (event) {
            case SessionEvent.Welcome welcome -> List.of(new Frame(greeting(welcome, buffers)));
            // Commands of this dialect have no identifiers.
            case SessionEvent.Accepted _ -> List.of();
            case SessionEvent.OwnSessions _ -> List.of();
            case SessionEvent.Refused refused -> refusal(refused, buffers);
            case SessionEvent.Notice notice -> List.of(serverText(notice.text(), notice.time(), buffers));
            case UserEvent.Joined joined -> List.of(presence(joined.name(), false, true, buffers));
            case UserEvent.CameOnline came -> List.of(presence(came.name(), true, false, buffers));
            case UserEvent.WentOffline gone -> List.of(presence(gone.name(), false, false, buffers));
            case UserEvent.Renamed renamed -> renaming(renamed, viewer, buffers);
            case UserEvent.Registered registered -> List.of(frame(registered, buffers));
            case UserEvent.PasswordChanged changed -> List.of(frame(changed, buffers));
            // This dialect has no command for it.
            case UserEvent.NameChanged _ -> List.of();
            case UserEvent.Found _ -> List.of();
            case UserEvent.Avatars _ -> List.of();
            case UserEvent.FriendAsked _ -> List.of();
            case UserEvent.FriendAnswered _ -> List.of();
            case UserEvent.FriendRemoved _ -> List.of();
            case UserEvent.PreferencesChanged _ -> List.of();
            case UserEvent.ConversationPreferencesChanged _ -> List.of();
            case UserEvent.ReadUpTo _ -> List.of();
            case GroupEvent _ -> List.of();
            case DirectEvent _ -> List.of();
            case UserEvent.Typing _ -> List.of();
            // Settings are sent only at login.
            case UserEvent.Settings _ -> List.of();
            case MessageEvent.Text text -> List.of(frame(asSent(text), buffers));
            case MessageEvent.FileOffer offer -> List.of(frame(asSent(offer), buffers));
            case MessageEvent.Corrected corrected -> List.of(frame(asSent(asMarkedText(corrected)), buffers));
            case MessageEvent.GroupChanged _ -> List.of();
            case MessageEvent.Erased _ -> List.of();
            case MessageEvent.TakenBack _ -> List.of();
            case MessageEvent.Reacted _ -> List.of();
            case MessageEvent.ClearScreen clear -> List.of(frame(clear, buffers));
            case MessageEvent.Page _ -> List.of();
            case MessageEvent.Conversations _ -> List.of();
            case FileEvent.FileContent file -> List.of(frame(file, buffers));
            case FileEvent.Piece piece -> List.of(new Frame(piece.content().bytes()));
            // A file is fetched in one frame.
            case FileEvent.Chunk _ -> List.of();
            case FileEvent.End _ -> List.of();
        };
    }

    /**
     * Gives the renamed user a view of their own: they are sent only the new name, while others see
     * the old name go offline first (rule 1).
     */
    @Override
    public long viewKey(Event event, long viewer) {
        return event instanceof UserEvent.Renamed renamed && renamed.user() == viewer ? viewer : 0;
    }

    @Override
    public boolean copiesToSender() {
        return true;
    }

    @Override
    public boolean hasConversations() {
        return false;
    }

    @Override
    public long pageBytes() {
        return Packet.UNLIMITED;
    }

    @Override
    public long pageBytes(MessageEvent.Message item) {
        return HEADER_BYTES
                + switch (item) {
                    case MessageEvent.Text text ->
                        Field.NAME_BYTES + Field.TIME_BYTES + 3L * text.text().length();
                    case MessageEvent.FileOffer offer -> EventTable.OFFER;
                    case MessageEvent.Erased erased -> 0;
                    case MessageEvent.GroupChanged changed -> 0;
                    case MessageEvent.Amendment amendment -> 0;
                };
    }

    /** Returns a correction as a text that is marked as one (rule 6). */
    private static MessageEvent.Text asMarkedText(MessageEvent.Corrected corrected) {
        return new MessageEvent.Text(corrected.sender(), corrected.time(), "✎ " + corrected.text(), corrected.stored());
    }

    /**
     * Returns a text as it is sent: for a group, its sender is the group's number, and it begins
     * with the author's name (rule 6).
     */
    private static MessageEvent.Text asSent(MessageEvent.Text text) {
        long group = group(text);
        return group == 0
                ? text
                : new MessageEvent.Text("G" + group, text.time(), text.sender() + ": " + text.text(), text.stored());
    }

    private static MessageEvent.FileOffer asSent(MessageEvent.FileOffer offer) {
        long group = group(offer);
        return group == 0
                ? offer
                : new MessageEvent.FileOffer(
                        "G" + group, offer.time(), offer.name(), offer.file(), offer.content(), offer.stored());
    }

    /** Returns the number of the group that a message was sent to; 0 if none. */
    private static long group(MessageEvent.Message message) {
        MessageEvent.Stored stored = message.stored();
        List<Long> receivers = stored == null ? null : stored.receivers();
        return receivers == null || receivers.isEmpty() ? 0 : Addressee.groupNumber(receivers.getFirst());
    }

    private Frame frame(Event event, ByteBufAllocator buffers) {
        return new Frame(packet(event, buffers));
    }

    /** Encodes an event that is exactly one packet, including an event that a client has read. */
    ByteBuf packet(Event event, ByteBufAllocator buffers) {
        return packet(events, event, buffers);
    }

    /** Encodes the answer to a login and the settings: two packets in one buffer (rule 1). */
    private ByteBuf greeting(SessionEvent.Welcome welcome, ByteBufAllocator buffers) {
        ByteBuf greeting = packet(welcome, buffers);
        ByteBuf settings = packet(new UserEvent.Settings(requireNonNull(welcome.settings())), buffers);
        try {
            return greeting.writeBytes(settings);
        } finally {
            settings.release();
        }
    }

    /** Encodes a refusal as a packet of its own if it has one, otherwise as a text from the server (rule 11). */
    private List<Frame> refusal(SessionEvent.Refused refused, ByteBufAllocator buffers) {
        ByteBuf coded = packetOrNull(events, refused, buffers);
        if (coded == null) {
            return List.of(serverText(refused.text(), refused.time(), buffers));
        }
        return refused.code() == Code.CLOSED
                ? List.of(new Frame(coded), serverText(refused.text(), refused.time(), buffers))
                : List.of(new Frame(coded));
    }

    private Frame serverText(String text, @Nullable Instant time, ByteBufAllocator buffers) {
        return frame(new MessageEvent.Text(User.SERVER, requireNonNull(time), text, null), buffers);
    }

    private List<Frame> renaming(UserEvent.Renamed renamed, long viewer, ByteBufAllocator buffers) {
        if (renamed.user() == viewer) {
            return List.of(frame(new UserEvent.CameOnline(viewer, renamed.name(), false), buffers));
        }
        return renamed.online()
                ? List.of(
                        presence(renamed.oldName(), false, false, buffers),
                        presence(renamed.name(), true, true, buffers))
                : List.of(presence(renamed.name(), false, true, buffers));
    }

    private Frame presence(String name, boolean online, boolean isNew, ByteBufAllocator buffers) {
        Event event = online ? new UserEvent.CameOnline(0, name, false) : new UserEvent.WentOffline(0, name);
        return new Frame(packet(event, buffers), new Change(name, online, isNew));
    }

    /** Returns the tables as they appear in the documentation page. */
    public Stream<String> documentation() {
        return Stream.of(
                        Stream.of(
                                "| type | subtype | meaning | body | gate | at most (bytes) |",
                                "| --- | --- | --- | --- | --- | --- |"),
                        commands.stream().map(Chat1::documentationRow),
                        Stream.of(
                                "",
                                "| type | subtype | meaning | body | gate | at most (bytes) |",
                                "| --- | --- | --- | --- | --- | --- |"),
                        events.stream().map(Chat1::documentationRow))
                .flatMap(lines -> lines);
    }

    private static String documentationRow(Packet<?> row) {
        String gate = row.gate() == Gate.ANYONE ? "" : "logged in";
        String most = row.maxBytes() == Packet.UNLIMITED ? "" : Long.toString(row.maxBytes());
        return "| 0x%04x | 0x%04x | %s | %s | %s | %s |"
                .formatted(row.code() >>> 16, row.code() & 0xffff, row.meaning(), row.body(), gate, most);
    }

    private static <M> ByteBuf packet(List<Packet<? extends M>> rows, M message, ByteBufAllocator buffers) {
        ByteBuf packet = packetOrNull(rows, message, buffers);
        if (packet == null) {
            throw new IllegalArgumentException(
                    "chat/1 has no packet for " + message.getClass().getSimpleName());
        }
        return packet;
    }

    private static <M> @Nullable ByteBuf packetOrNull(
            List<Packet<? extends M>> rows, M message, ByteBufAllocator buffers) {
        for (Packet<? extends M> row : rows) {
            if (row.type().isInstance(message)) {
                ByteBuf packet = packet(row, message, buffers);
                if (packet != null) {
                    return packet;
                }
            }
        }
        return null;
    }

    private static <T> @Nullable ByteBuf packet(Packet<T> row, Object message, ByteBufAllocator buffers) {
        T value = row.type().cast(message);
        if (!row.carries().test(value)) {
            return null;
        }
        ByteBuf frame = buffers.buffer(256);
        try {
            frame.writeInt(row.code()).writeInt(0);
            row.layout().write(frame, value);
            long content = row.stream() == null ? 0 : row.stream().size().applyAsLong(value);
            long length = frame.readableBytes() - HEADER_BYTES + content;
            if (length > Packet.UNLIMITED) {
                throw new IllegalArgumentException("a body of " + length + " bytes does not fit in a packet");
            }
            frame.setInt(4, (int) length);
            return frame;
        } catch (RuntimeException e) {
            frame.release();
            throw e;
        }
    }
}
