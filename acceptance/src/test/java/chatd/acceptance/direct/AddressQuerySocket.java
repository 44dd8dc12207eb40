package chatd.acceptance.direct;

import chatd.fixtures.TestTimeout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;

/** A client's UDP socket that asks the daemon from which address it comes; written from {@code docs/protocol/direct.md}. */
final class AddressQuerySocket implements AutoCloseable {
    private final DatagramSocket socket;
    private final InetSocketAddress daemon;

    AddressQuerySocket(InetAddress own, InetSocketAddress daemon) {
        try {
            this.socket = new DatagramSocket(0, own);
            this.daemon = daemon;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    static byte[] question(byte[] nonce, String session) {
        return ByteBuffer.allocate(24)
                .put((byte) 1)
                .put((byte) 1)
                .putShort((short) 0)
                .put(nonce)
                .put(HexFormat.of().parseHex(session))
                .array();
    }

    void send(byte[] datagram) {
        try {
            socket.send(new DatagramPacket(datagram, datagram.length, daemon));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the next datagram; empty if none arrives within this time. */
    Optional<byte[]> receive(int millis) {
        try {
            socket.setSoTimeout(millis);
            DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
            socket.receive(packet);
            byte[] bytes = new byte[packet.getLength()];
            System.arraycopy(packet.getData(), 0, bytes, 0, bytes.length);
            return Optional.of(bytes);
        } catch (java.net.SocketTimeoutException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks, and returns the address that the daemon sees. */
    InetSocketAddress ask(String session) {
        byte[] nonce = {9, 8, 7, 6};
        send(question(nonce, session));
        ByteBuffer answer = ByteBuffer.wrap(receive(TestTimeout.MILLIS).orElseThrow());
        byte[] id = HexFormat.of().parseHex(session);
        if (answer.remaining() != 24 || answer.get() != 2 || answer.get() != 1) {
            throw new AssertionError("not an answer");
        }
        int port = (answer.getShort() & 0xffff) ^ 0x0908;
        byte[] echoed = new byte[4];
        answer.get(echoed);
        if (!java.util.Arrays.equals(echoed, nonce)) {
            throw new AssertionError("another nonce");
        }
        byte[] address = new byte[16];
        answer.get(address);
        for (int i = 0; i < 16; i++) {
            address[i] ^= id[i];
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
