package chatd.daemon.net.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/** Receive buffer of one connection: bytes not decoded yet. Used on its event loop only. */
final class ReceiveBuffer {
    /** Capacity in bytes above which the buffer was allocated for a large frame. */
    private static final int LARGE = 128 << 10;

    private final LargeFrames.Share share;
    private @Nullable ByteBuf buffer;

    ReceiveBuffer(LargeFrames.Share share) {
        this.share = share;
    }

    /** Appends received bytes and takes ownership of their reference. */
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

    /** Returns the buffer, from which the decoder reads; empty if nothing is buffered. */
    ByteBuf bytes() {
        return buffer == null ? Unpooled.EMPTY_BUFFER : buffer;
    }

    boolean isBegun() {
        return buffer != null;
    }

    /**
     * Discards the bytes already read. If a large frame is expected, takes its share of the memory and allocates a
     * buffer of its size; while no share is available, reading must pause.
     *
     * @param bytesToReserve as {@link chatd.protocol.MessageReader#bytesToReserve}, in bytes
     * @return whether reading may continue
     */
    boolean makeRoom(long bytesToReserve, ByteBufAllocator buffers) {
        ByteBuf begun = buffer;
        if (begun != null && !begun.isReadable() && !share.isHeld()) {
            release();
        } else if (begun != null && begun.refCnt() == 1) {
            // Only if no slice of a file's content still refers to the buffer.
            begun.discardSomeReadBytes();
            if (!share.isHeld() && begun.capacity() > LARGE && begun.readableBytes() < LARGE) {
                // The large frame was handed over with its share: shrink the buffer.
                buffer = buffers.buffer(begun.readableBytes()).writeBytes(begun);
                begun.release();
            }
        }
        if (share.take(bytesToReserve)) {
            ByteBuf whole = buffers.buffer((int) bytesToReserve);
            if (buffer != null) {
                whole.writeBytes(buffer);
                buffer.release();
            }
            buffer = whole;
        }
        return !share.waits();
    }

    /** Returns whether a large frame is waiting for its share. */
    boolean waits() {
        return share.waits();
    }

    /** Transfers ownership of the share; the new owner releases it by running the result, on any thread. */
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
