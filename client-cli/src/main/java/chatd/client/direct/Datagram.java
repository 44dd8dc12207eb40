package chatd.client.direct;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A datagram that is not QUIC's (page {@code direct.md}): a question to the daemon, its answer, or a probe by which two
 * clients find a path to each other. Its first two bits are 0, which they are in no QUIC packet.
 *
 * @param kind what it is
 * @param nonce 4 bytes that an answer repeats
 * @param session the session's number, in hexadecimal; empty in an answer of the daemon
 * @param key the first 16 bytes of the sender's key, in hexadecimal; empty except in probes and their answers
 * @param maskedAddress the address in the daemon's answer, still masked: unmasking needs the session's number
 */
record Datagram(Kind kind, int nonce, String session, String key, byte[] maskedAddress) {
    private static final int VERSION = 1;
    private static final int ID_BYTES = 16;
    private static final int HEADER_BYTES = 8;

    enum Kind {
        ASK(1, HEADER_BYTES + ID_BYTES),
        ANSWER(2, HEADER_BYTES + ID_BYTES),
        PROBE(3, HEADER_BYTES + 2 * ID_BYTES),
        ECHO(4, HEADER_BYTES + 2 * ID_BYTES);

        private final int number;
        private final int length;

        Kind(int number, int length) {
            this.number = number;
            this.length = length;
        }
    }

    static boolean isOurs(ByteBuf bytes) {
        return bytes.isReadable() && (bytes.getByte(bytes.readerIndex()) & 0xc0) == 0;
    }

    static ByteBuf ask(int nonce, String session) {
        return head(Kind.ASK, nonce).writeBytes(HexFormat.of().parseHex(session));
    }

    /** @param kind {@link Kind#PROBE} or {@link Kind#ECHO} */
    static ByteBuf probe(Kind kind, int nonce, String session, String key) {
        HexFormat hex = HexFormat.of();
        return head(kind, nonce).writeBytes(hex.parseHex(session)).writeBytes(hex.parseHex(shortened(key)));
    }

    /** Returns the part of a key by which probes name it. */
    static String shortened(String key) {
        return key.substring(0, 2 * ID_BYTES);
    }

    private static ByteBuf head(Kind kind, int nonce) {
        return Unpooled.buffer(kind.length)
                .writeByte(kind.number)
                .writeByte(VERSION)
                .writeShort(0)
                .writeInt(nonce);
    }

    /** Reads a datagram; empty if it does not have this form. */
    static Optional<Datagram> read(ByteBuf bytes) {
        if (bytes.readableBytes() < HEADER_BYTES) {
            return Optional.empty();
        }
        int number = bytes.readByte();
        Kind kind = Arrays.stream(Kind.values())
                .filter(one -> one.number == number)
                .findFirst()
                .orElse(null);
        if (kind == null || bytes.readableBytes() != kind.length - 1 || bytes.readByte() != VERSION) {
            return Optional.empty();
        }
        byte[] port = new byte[2];
        bytes.readBytes(port);
        int nonce = bytes.readInt();
        byte[] id = new byte[ID_BYTES];
        bytes.readBytes(id);
        if (kind == Kind.ANSWER) {
            byte[] masked = new byte[port.length + id.length];
            System.arraycopy(port, 0, masked, 0, port.length);
            System.arraycopy(id, 0, masked, port.length, id.length);
            return Optional.of(new Datagram(kind, nonce, "", "", masked));
        }
        byte[] key = new byte[kind == Kind.ASK ? 0 : ID_BYTES];
        bytes.readBytes(key);
        HexFormat hex = HexFormat.of();
        return Optional.of(new Datagram(kind, nonce, hex.formatHex(id), hex.formatHex(key), new byte[0]));
    }

    /** Returns the address in the daemon's answer, unmasked by the session's number. */
    InetSocketAddress address(String sessionNumber) {
        byte[] mask = HexFormat.of().parseHex(sessionNumber);
        byte[] address = new byte[ID_BYTES];
        for (int i = 0; i < ID_BYTES; i++) {
            address[i] = (byte) (maskedAddress[i + 2] ^ mask[i]);
        }
        int port = (((maskedAddress[0] & 0xff) << 8) | (maskedAddress[1] & 0xff)) ^ (nonce >>> 16);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of 16 bytes", e);
        }
    }
}
