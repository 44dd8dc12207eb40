package chatd.protocol.chat1;

import chatd.protocol.MalformedFrame;
import chatd.protocol.MessageReader;
import chatd.protocol.value.Content;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decodes bytes into messages, however the bytes are split. A frame is validated from its header before any of its body
 * is awaited; streamed content is passed on piece by piece. Must not be used again after a {@link MalformedFrame}. One
 * per connection, used by one thread at a time.
 *
 * @param <M> {@code Command} or {@code Event}
 */
public final class FrameReader<M> implements MessageReader<M> {
    private final Map<Integer, List<Packet<? extends M>>> rows = new HashMap<>();
    private final Function<Content, M> piece;
    private @Nullable Packet<? extends M> row;
    private byte[] header = new byte[0];
    private long length;
    private long contentLeft = -1;

    FrameReader(List<Packet<? extends M>> table, Function<Content, M> piece) {
        this.piece = piece;
        for (Packet<? extends M> packet : table) {
            rows.merge(packet.code(), List.of(packet), (first, second) -> List.of(first.getFirst(), second.getFirst()));
        }
    }

    @Override
    public boolean inFrame() {
        return row != null;
    }

    @Override
    public long size() {
        return row == null ? 0 : length;
    }

    /** Returns the length of the awaited body in bytes; 0 between frames, and if the body is streamed. */
    @Override
    public long bytesToReserve() {
        Packet<? extends M> current = row;
        return current == null || current.stream() != null ? 0 : length;
    }

    @Override
    public @Nullable M next(ByteBuf in, boolean loggedIn) {
        try {
            if (contentLeft >= 0) {
                return readContent(in);
            }
            Packet<? extends M> current = row;
            if (current == null) {
                if (in.readableBytes() < Chat1.HEADER_BYTES) {
                    return null;
                }
                current = readHeader(in, loggedIn);
                row = current;
            }
            return current.stream() == null ? readWhole(current, in) : readHead(current, in);
        } catch (MalformedFrame e) {
            throw e.withHeader(header);
        }
    }

    private Packet<? extends M> readHeader(ByteBuf in, boolean loggedIn) {
        header = new byte[Chat1.HEADER_BYTES];
        in.getBytes(in.readerIndex(), header);
        int code = in.readInt();
        length = in.readUnsignedInt();
        List<Packet<? extends M>> candidates = rows.get(code);
        if (candidates == null) {
            throw new MalformedFrame("unknown type or subtype");
        }
        for (Packet<? extends M> candidate : candidates) {
            if (!candidate.gate().admits(loggedIn)) {
                throw new MalformedFrame("not allowed before login");
            }
            if (candidate.fits(length)) {
                return candidate;
            }
        }
        throw new MalformedFrame(
                length > candidates.getFirst().maxBytes() ? "the body is over the limit" : "the length does not fit");
    }

    private @Nullable M readWhole(Packet<? extends M> packet, ByteBuf in) {
        if (in.readableBytes() < length) {
            return null;
        }
        ByteBuf body = in.readSlice((int) length).slice();
        M message = packet.layout().read(body, length);
        if (body.isReadable()) {
            throw new MalformedFrame("the length does not fit");
        }
        row = null;
        return message;
    }

    private @Nullable M readHead(Packet<? extends M> packet, ByteBuf in) {
        if (in.readableBytes() < 4) {
            return null;
        }
        Packet.Stream<?> stream = java.util.Objects.requireNonNull(packet.stream());
        long head = stream.head().applyAsLong(in.getUnsignedInt(in.readerIndex()));
        if (head > length) {
            throw new MalformedFrame("the body is too short");
        }
        if (in.readableBytes() < head) {
            return null;
        }
        ByteBuf body = in.readSlice((int) head).slice();
        M message = packet.layout().read(body, length);
        contentLeft = length - head;
        return message;
    }

    private @Nullable M readContent(ByteBuf in) {
        if (contentLeft > 0 && !in.isReadable()) {
            return null;
        }
        int size = (int) Math.min(contentLeft, in.readableBytes());
        contentLeft -= size;
        boolean last = contentLeft == 0;
        if (last) {
            contentLeft = -1;
            row = null;
        }
        return piece.apply(new Content(size == 0 ? Unpooled.EMPTY_BUFFER : in.readRetainedSlice(size), last));
    }
}
