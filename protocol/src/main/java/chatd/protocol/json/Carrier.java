package chatd.protocol.json;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/** How the daemon marks where a JSON message begins and ends (page {@code chat-json-1.md}, "Carriers"). Any thread. */
public enum Carrier {
    /** Each line is a message. */
    LINES("chat-json/1"),
    /** Each text message of a WebSocket (RFC 6455) is a message. */
    WEB_SOCKET("chat-json"),
    /**
     * As {@link #WEB_SOCKET}; longer messages are compressed (RFC 7692, without context takeover).
     */
    COMPRESSED_WEB_SOCKET("chat-json");

    /** Bytes that a frame may need in front of the message. */
    static final int MAX_HEADER_BYTES = 10;

    /** Size in bytes from which a message is compressed. */
    private static final int COMPRESSED_FROM = 1 << 10;

    /** Size of the end of a compressed message, which is not sent (RFC 7692, section 7.2.1). */
    private static final int TAIL_BYTES = 4;

    private static final int FINAL_TEXT = 0x81;
    private static final int COMPRESSED = 0x40;

    private final String protocol;

    Carrier(String protocol) {
        this.protocol = protocol;
    }

    /** Returns the name by which it is negotiated: in ALPN, or as a subprotocol of WebSocket. */
    public String protocol() {
        return protocol;
    }

    /** Returns the same carrier, without compression. */
    Carrier uncompressed() {
        return this == COMPRESSED_WEB_SOCKET ? WEB_SOCKET : this;
    }

    /**
     * Frames a message.
     *
     * @param message its bytes, with {@link #MAX_HEADER_BYTES} bytes free in front of them; becomes the frame, unless
     *     another buffer is returned, and then it is released
     */
    ByteBuf framed(ByteBuf message) {
        return switch (this) {
            case LINES -> message.writeByte('\n');
            case WEB_SOCKET -> webSocket(message, FINAL_TEXT);
            case COMPRESSED_WEB_SOCKET ->
                message.readableBytes() < COMPRESSED_FROM ? webSocket(message, FINAL_TEXT) : compressed(message);
        };
    }

    /** Writes the head of an unmasked frame in front of its payload. */
    private static ByteBuf webSocket(ByteBuf payload, int first) {
        int length = payload.readableBytes();
        int start = payload.readerIndex();
        if (length < 126) {
            payload.readerIndex(start - 2).setByte(start - 1, length);
        } else if (length <= 0xffff) {
            payload.readerIndex(start - 4).setByte(start - 3, 126).setShort(start - 2, length);
        } else {
            payload.readerIndex(start - 10).setByte(start - 9, 127).setLong(start - 8, length);
        }
        return payload.setByte(payload.readerIndex(), first);
    }

    private static ByteBuf compressed(ByteBuf message) {
        ByteBuf smaller = message.alloc().buffer(MAX_HEADER_BYTES + message.readableBytes() / 2);
        smaller.setIndex(MAX_HEADER_BYTES, MAX_HEADER_BYTES);
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        try {
            deflater.setInput(message.nioBuffer());
            int written;
            do {
                smaller.ensureWritable(1 << 10);
                ByteBuffer room = smaller.nioBuffer(smaller.writerIndex(), smaller.writableBytes());
                written = deflater.deflate(room, Deflater.SYNC_FLUSH);
                smaller.writerIndex(smaller.writerIndex() + written);
            } while (smaller.writableBytes() == 0);
        } finally {
            deflater.end();
            message.release();
        }
        return webSocket(smaller.writerIndex(smaller.writerIndex() - TAIL_BYTES), FINAL_TEXT | COMPRESSED);
    }
}
