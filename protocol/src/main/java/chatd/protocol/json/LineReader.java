package chatd.protocol.json;

import chatd.protocol.MalformedFrame;
import chatd.protocol.MessageReader;
import io.netty.buffer.ByteBuf;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Decodes messages of one line each (page {@code chat-json-1.md}, "Carrier"). */
final class LineReader<M> implements MessageReader<M> {
    /** Maximum line length before login, in bytes. */
    static final int MAX_BYTES_BEFORE_LOGIN = 16 << 10;

    /** Longer lines, in bytes, reserve memory for the maximum size. */
    private static final int LARGE = 128 << 10;

    private final int maxBytes;
    private final Function<byte[], @Nullable M> parser;

    /** Bytes of the incomplete line received so far; none of them is a line end. */
    private int pending;

    /**
     * @param limit the maximum length of a line in bytes, excluding its end
     * @param parser returns null for a message to be skipped
     */
    LineReader(int limit, Function<byte[], @Nullable M> parser) {
        this.maxBytes = limit;
        this.parser = parser;
    }

    @Override
    public boolean inFrame() {
        return pending > 0;
    }

    @Override
    public String incompleteNotice() {
        return inFrame()
                ? "The rest of a message did not arrive in time. If messages are sent as lines, each ends with a line feed (LF)."
                : "";
    }

    @Override
    public long size() {
        return 0;
    }

    @Override
    public long bytesToReserve() {
        return pending > LARGE ? maxBytes : 0;
    }

    @Override
    public @Nullable M next(ByteBuf in, boolean loggedIn) {
        for (byte[] line = line(in, loggedIn); line != null; line = line(in, loggedIn)) {
            M message = parser.apply(line);
            if (message != null) {
                return message;
            }
        }
        return null;
    }

    private byte @Nullable [] line(ByteBuf in, boolean loggedIn) {
        int start = in.readerIndex();
        int end = in.indexOf(start + pending, in.writerIndex(), (byte) '\n');
        int length = end < 0 ? in.readableBytes() : end - start;
        if (length > (loggedIn ? maxBytes : Math.min(maxBytes, MAX_BYTES_BEFORE_LOGIN))) {
            throw new MalformedFrame(MalformedFrame.Kind.SIZE, "a message over the limit");
        }
        if (end < 0) {
            pending = length;
            return null;
        }
        pending = 0;
        byte[] line = new byte[length];
        in.readBytes(line).skipBytes(1);
        return line;
    }
}
