package chatd.protocol.chat1;

import static java.util.Objects.requireNonNull;

import chatd.protocol.ContentEquality;
import chatd.protocol.MalformedFrame;
import chatd.protocol.MessageReader;
import chatd.protocol.command.AccountCommand;
import chatd.protocol.command.Command;
import chatd.protocol.command.FileCommand;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.command.SessionCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.json.Carrier;
import chatd.protocol.json.Json;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Content;
import chatd.protocol.value.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Entry point for Jazzer. The first byte selects dialect, direction (of JSON, commands only) and whether the sender is
 * logged in; the rest is the received bytes. However the input is split, it decodes the same; nothing but {@link
 * MalformedFrame} is thrown; and a message of {@code chat/1}, encoded again, decodes to itself.
 */
public final class FrameFuzzer {
    private static final int LIMIT = 1 << 12;
    private static final Chat1 CHAT1 = new Chat1(new Limits(LIMIT, LIMIT, 8, LIMIT), java.time.ZoneOffset.UTC);

    private static final Json JSON = new Json(Carrier.LINES, LIMIT);

    private FrameFuzzer() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        boolean loggedIn = (input[0] & 1) != 0;
        boolean commands = (input[0] & 2) != 0;
        boolean json = (input[0] & 4) != 0;
        Supplier<MessageReader<?>> reader =
                json ? JSON::commandReader : commands ? CHAT1::commandReader : CHAT1::eventReader;
        List<Object> whole = read(reader.get(), loggedIn, input, input.length);
        List<Object> bytewise = read(reader.get(), loggedIn, input, 1);
        if (!ContentEquality.areEqual(whole, bytewise)) {
            throw new AssertionError("split into single bytes, it decodes as " + bytewise + ", not " + whole);
        }
        for (Object message : json ? List.of() : whole) {
            checkRoundTrip(message);
        }
    }

    /** Returns the messages, then what was wrong, if anything, and last the number of content bytes. */
    private static List<Object> read(MessageReader<?> reader, boolean loggedIn, byte[] input, int step) {
        List<Object> messages = new ArrayList<>();
        long content = 0;
        ByteBuf in = Unpooled.buffer();
        try {
            for (int at = 1; at < input.length; at += step) {
                in.writeBytes(input, at, Math.min(step, input.length - at));
                for (Object next = reader.next(in, loggedIn); next != null; next = reader.next(in, loggedIn)) {
                    Content piece = next instanceof FileCommand.Piece command
                            ? command.content()
                            : next instanceof FileEvent.Piece event ? event.content() : null;
                    if (piece == null) {
                        messages.add(next);
                    } else {
                        content += piece.bytes().readableBytes();
                        piece.bytes().release();
                    }
                }
            }
        } catch (MalformedFrame e) {
            messages.add(e.reason());
        }
        messages.add(content);
        in.release();
        return messages;
    }

    private static void checkRoundTrip(Object message) {
        if (message instanceof Command command && isExact(command)) {
            ByteBuf frame = CHAT1.write(command, UnpooledByteBufAllocator.DEFAULT);
            Command read = requireNonNull(CHAT1.commandReader().next(frame, true));
            frame.release();
            compare(message, read);
        } else if (message instanceof Event event && !(event instanceof SessionEvent.Refused)) {
            // Not a refusal: a client reads it without the command that was refused.
            ByteBuf frame = CHAT1.packet(event, UnpooledByteBufAllocator.DEFAULT);
            Event read = requireNonNull(CHAT1.eventReader().next(frame, true));
            frame.release();
            compare(message, read);
        }
    }

    private static void compare(Object message, Object read) {
        if (!ContentEquality.areEqual(message, read)) {
            throw new AssertionError(message + " was written and read as " + read);
        }
    }

    /**
     * Returns whether a command can be encoded as it was read. Names that are not valid text can't, nor can a value
     * over its own limit but within that of its packet, which is refused later.
     */
    private static boolean isExact(Command command) {
        return switch (command) {
            case SessionCommand.LogIn login -> !login.user().typed().contains("\uFFFD");
            case AccountCommand.Register register -> !register.name().contains("\uFFFD");
            case AccountCommand.ChangePassword change -> !change.user().typed().contains("\uFFFD");
            case MessageCommand.SendText text ->
                !(text.audience() instanceof Audience.TooMany)
                        && io.netty.buffer.ByteBufUtil.utf8Bytes(text.text()) <= LIMIT;
            case FileCommand.SendFile file -> !(file.audience() instanceof Audience.TooMany) && file.size() <= LIMIT;
            default -> true;
        };
    }
}
