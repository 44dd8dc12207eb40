package chatd.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
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
public final class Chat1 {
    /** Its name in ALPN. */
    public static final String ALPN = "chat/1";

    static final int HEADER_BYTES = 8;

    private final List<Packet<? extends Command>> commands;
    private final List<Packet<? extends Event>> events;

    /** The table with the limits and the time zone of the page. */
    public Chat1() {
        this(Limits.DEFAULT, ZoneOffset.UTC);
    }

    /** @param zone the zone of the times on the wire, {@code wire-zone} */
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

    /** Reads what clients send: the daemon's side. One a connection. */
    public FrameReader<Command> commandReader() {
        return new FrameReader<>(commands, Command.Piece::new);
    }

    /** Reads what the daemon sends: the client's side. One a connection. */
    public FrameReader<Event> eventReader() {
        return new FrameReader<>(events, Event.Piece::new);
    }

    /**
     * A command as a frame; of one with content the head alone, and the {@link Content} is to follow as it is.
     *
     * @throws IllegalArgumentException where a value does not fit its field
     */
    public ByteBuf write(Command command, ByteBufAllocator buffers) {
        return write(commands, command, buffers);
    }

    /** An event as a frame; else as {@link #write(Command, ByteBufAllocator)}. */
    public ByteBuf write(Event event, ByteBufAllocator buffers) {
        return event instanceof Event.Welcome welcome ? greeting(welcome, buffers) : write(events, event, buffers);
    }

    /** The answer to a log in and the settings, which are two packets (rule 1). */
    private ByteBuf greeting(Event.Welcome welcome, ByteBufAllocator buffers) {
        Event loggedIn = welcome.displaced()
                ? new Event.TookOver(welcome.lastLogin(), welcome.roster())
                : new Event.LoggedIn(welcome.lastLogin(), welcome.roster());
        ByteBuf greeting = write(events, loggedIn, buffers);
        ByteBuf settings = write(events, new Event.Settings(welcome.settings()), buffers);
        try {
            return greeting.writeBytes(settings);
        } finally {
            settings.release();
        }
    }

    /** The tables as the page of the documentation has them. */
    public Stream<String> documentation() {
        return Stream.of(
                        Stream.of(
                                "| type | subtype | meaning | body | gate | at most (bytes) |",
                                "| --- | --- | --- | --- | --- | --- |"),
                        commands.stream().map(Chat1::documented),
                        Stream.of(
                                "",
                                "| type | subtype | meaning | body | gate | at most (bytes) |",
                                "| --- | --- | --- | --- | --- | --- |"),
                        events.stream().map(Chat1::documented))
                .flatMap(lines -> lines);
    }

    private static String documented(Packet<?> row) {
        String gate = row.gate() == Gate.ANYONE ? "" : "logged in";
        String most = row.most() == Packet.ANY ? "" : Long.toString(row.most());
        return "| 0x%04x | 0x%04x | %s | %s | %s | %s |"
                .formatted(row.code() >>> 16, row.code() & 0xffff, row.meaning(), row.body(), gate, most);
    }

    private static <M> ByteBuf write(List<Packet<? extends M>> rows, M message, ByteBufAllocator buffers) {
        for (Packet<? extends M> row : rows) {
            if (row.type().isInstance(message)) {
                ByteBuf frame = frame(row, message, buffers);
                if (frame != null) {
                    return frame;
                }
            }
        }
        throw new IllegalArgumentException(
                "chat/1 has no packet for " + message.getClass().getSimpleName());
    }

    private static <T> @Nullable ByteBuf frame(Packet<T> row, Object message, ByteBufAllocator buffers) {
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
            if (length > Packet.ANY) {
                throw new IllegalArgumentException("a body of " + length + " bytes has no place in a packet");
            }
            frame.setInt(4, (int) length);
            return frame;
        } catch (RuntimeException e) {
            frame.release();
            throw e;
        }
    }
}
