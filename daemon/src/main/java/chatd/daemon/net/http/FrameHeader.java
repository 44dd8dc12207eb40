package chatd.daemon.net.http;

import chatd.protocol.MalformedFrame;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * The header of a client's WebSocket frame (RFC 6455, section 5.2), read however its bytes are split, and checked as
 * soon as they are there. One per connection; one thread.
 */
final class FrameHeader {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** Maximum payload of a control frame, in bytes. */
    static final int MAX_CONTROL = 125;

    private static final int FINAL = 0x80;
    private static final int COMPRESSED = 0x40;
    private static final int RESERVED = 0x30;
    private static final int MASKED = 0x80;

    private final boolean compression;
    private final int maxBytes;
    private final byte[] bytes = new byte[14];
    private int size;
    private int needed = 2;

    /** Whether a message of several frames has begun and not ended. */
    private boolean inMessage;

    /**
     * @param compression whether compression was negotiated
     * @param limit the maximum size of a message in bytes; that of a compressed one is checked as it is inflated
     */
    FrameHeader(boolean compression, int limit) {
        this.compression = compression;
        this.maxBytes = limit;
    }

    /**
     * Reads as much of the header as has arrived.
     *
     * @return whether it is complete
     * @throws MalformedFrame if it breaks the rules
     */
    boolean read(ByteBuf in) {
        while (size < needed && in.isReadable()) {
            bytes[size++] = in.readByte();
            if (size == 2) {
                check();
                needed = 6 + extendedLengthBytes();
            }
        }
        if (size < needed) {
            return false;
        }
        if (length() < 0
                || (extendedLengthBytes() == 2 && length() < 126)
                || (extendedLengthBytes() == 8 && length() <= 0xffff)) {
            throw broken("a frame's length is not in its shortest form");
        }
        // Compression makes incompressible data a little larger.
        if (length() > (isCompressed() ? maxBytes + maxBytes / 64 + 64L : maxBytes)) {
            throw new MalformedFrame(MalformedFrame.Kind.SIZE, "a frame over the limit");
        }
        if (!isControl()) {
            inMessage = !isFinal();
        }
        return true;
    }

    private void check() {
        if ((bytes[0] & RESERVED) != 0) {
            throw broken("a reserved bit is set");
        }
        if ((bytes[1] & MASKED) == 0) {
            throw broken("a client's frame is not masked");
        }
        switch (opcode()) {
            case CONTINUATION -> {
                if (!inMessage) {
                    throw broken("a message begins with a continuation");
                }
            }
            case TEXT, BINARY -> {
                if (inMessage) {
                    throw broken("a message begins within another");
                }
                if (opcode() == BINARY) {
                    throw new MalformedFrame(MalformedFrame.Kind.DATA, "a binary message");
                }
            }
            case CLOSE, PING, PONG -> {
                if (!isFinal() || extendedLengthBytes() > 0) {
                    throw broken("a control frame is too long or fragmented");
                }
            }
            default -> throw broken("an unknown kind of frame");
        }
        if (isCompressed() && (!compression || opcode() != TEXT)) {
            throw broken("a compressed frame was not expected");
        }
    }

    static MalformedFrame broken(String what) {
        return new MalformedFrame(MalformedFrame.Kind.FRAMING, what);
    }

    /** Prepares for the next frame. */
    void reset() {
        size = 0;
        needed = 2;
    }

    int opcode() {
        return bytes[0] & 0xf;
    }

    boolean isControl() {
        return opcode() >= CLOSE;
    }

    /** Returns whether the frame is the last of its message. */
    boolean isFinal() {
        return (bytes[0] & FINAL) != 0;
    }

    /** Returns whether the message that begins with this frame is compressed. */
    boolean isCompressed() {
        return (bytes[0] & COMPRESSED) != 0;
    }

    private int extendedLengthBytes() {
        return switch (bytes[1] & 0x7f) {
            case 126 -> 2;
            case 127 -> 8;
            default -> 0;
        };
    }

    /** Returns the length of the payload in bytes; negative if its highest bit is set, which is not allowed. */
    long length() {
        ByteBuffer all = ByteBuffer.wrap(bytes);
        return switch (extendedLengthBytes()) {
            case 2 -> all.getShort(2) & 0xffff;
            case 8 -> all.getLong(2);
            default -> bytes[1] & 0x7f;
        };
    }

    /**
     * Removes the mask from part of the payload.
     *
     * @param before the number of bytes of the payload before this part
     */
    void unmask(byte[] part, long before) {
        int mask = needed - 4;
        int at = (int) (before & 3);
        for (int i = 0; i < part.length; i++) {
            part[i] ^= bytes[mask + ((at + i) & 3)];
        }
    }
}
