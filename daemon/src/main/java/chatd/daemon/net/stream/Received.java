package chatd.daemon.net.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/** What has come on one connection and is not decoded yet. Its event loop alone. */
final class Received {
    /** A buffer that is larger is one for a large frame. */
    private static final int LARGE = 128 << 10;

    private final LargeFrames.Share share;
    private @Nullable ByteBuf buffer;

    Received(LargeFrames.Share share) {
        this.share = share;
    }

    /** Takes what has come, and its reference. */
    void add(ByteBuf bytes, ByteBufAllocator buffers) {
        ByteBuf begun = buffer;
        if (begun != null && share.isHeld() && begun.refCnt() == 1) {
            begun.writeBytes(bytes);
            bytes.release();
        } else {
            buffer = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(
                    buffers, begun == null ? Unpooled.EMPTY_BUFFER : begun, bytes);
        }
    }

    /** All of it, to be read from. */
    ByteBuf bytes() {
        return buffer == null ? Unpooled.EMPTY_BUFFER : buffer;
    }

    boolean isBegun() {
        return buffer != null;
    }

    /**
     * Lets go of what was read. What is awaited, where that is large, waits for its share of the memory before it is read
     * on, into a buffer of its size.
     *
     * @param awaited as {@link chatd.protocol.MessageReader#awaited}
     * @return whether more may be read
     */
    boolean makeRoom(long awaited, ByteBufAllocator buffers) {
        ByteBuf begun = buffer;
        if (begun != null && !begun.isReadable() && !share.isHeld()) {
            release();
        } else if (begun != null && begun.refCnt() == 1) {
            // Only where no piece of a content still points into it.
            begun.discardSomeReadBytes();
            if (!share.isHeld() && begun.capacity() > LARGE && begun.readableBytes() < LARGE) {
                // What was large was handed over with its share.
                buffer = buffers.buffer(begun.readableBytes()).writeBytes(begun);
                begun.release();
            }
        }
        if (share.take(awaited)) {
            ByteBuf whole = buffers.buffer((int) awaited);
            if (buffer != null) {
                whole.writeBytes(buffer);
                buffer.release();
            }
            buffer = whole;
        }
        return !share.waits();
    }

    /** Whether it waits for its share. */
    boolean waits() {
        return share.waits();
    }

    /** The share is another's, who gives it back by running this, on any thread. */
    Runnable handOver() {
        return share.handOver();
    }

    void release() {
        if (buffer != null) {
            buffer.release();
            buffer = null;
        }
    }
}
