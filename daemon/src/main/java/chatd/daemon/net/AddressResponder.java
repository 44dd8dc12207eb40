package chatd.daemon.net;

import chatd.daemon.config.Network;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.BiConsumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Answers clients that ask by UDP which address they come from (page {@code direct.md}, "What is my
 * address?"). An answer is never longer than its question, so that forged senders gain no
 * amplification; malformed questions are not answered, nor are networks that ask too often.
 * Remembers {@value #MAX_NETWORKS} networks, about 200 bytes each. Runs on event loops.
 */
@Sharable
final class AddressResponder extends SimpleChannelInboundHandler<DatagramPacket> {
    /** The length of question and answer, in bytes. */
    static final int LENGTH = 24;

    private static final int ASK = 1;
    private static final int ANSWER = 2;
    private static final int VERSION = 1;
    private static final int NONCE = 4;
    private static final int SESSION = 16;

    private static final int MAX_NETWORKS = 10_000;

    /** How many requests of one network are answered at once, and then per second. */
    private static final int BURST = 40;

    private static final int REFILL_PER_SECOND = 20;

    private static final Logger LOG = LogManager.getLogger(AddressResponder.class);

    private final BiConsumer<byte[], InetSocketAddress> asked;
    private final Cache<Network, Bucket> rates = Caffeine.newBuilder()
            .maximumSize(MAX_NETWORKS)
            .expireAfterAccess(Duration.ofSeconds(10))
            .build();

    /** @param asked told of each question that is answered: the session's number, 16 bytes, and where it came from */
    AddressResponder(BiConsumer<byte[], InetSocketAddress> asked) {
        this.asked = asked;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
        ByteBuf question = packet.content();
        if (question.readableBytes() != LENGTH
                || question.readByte() != ASK
                || question.readByte() != VERSION
                || question.readShort() != 0) {
            return;
        }
        InetSocketAddress from = unmapped(packet.sender());
        if (!rates.get(Network.ofClient(from.getAddress()), _ -> bucket()).tryConsume(1)) {
            return;
        }
        byte[] nonce = new byte[NONCE];
        byte[] session = new byte[SESSION];
        question.readBytes(nonce).readBytes(session);
        asked.accept(session, from);
        byte[] address = mapped(from.getAddress());
        // Masked, since some routers rewrite addresses wherever they find them.
        for (int i = 0; i < SESSION; i++) {
            address[i] ^= session[i];
        }
        int mask = ((nonce[0] & 0xff) << 8) | (nonce[1] & 0xff);
        ByteBuf answer = ctx.alloc()
                .buffer(LENGTH)
                .writeByte(ANSWER)
                .writeByte(VERSION)
                .writeShort(from.getPort() ^ mask)
                .writeBytes(nonce)
                .writeBytes(address);
        var _ = ctx.writeAndFlush(new DatagramPacket(answer, packet.sender()), ctx.voidPromise());
    }

    private static Bucket bucket() {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(BURST).refillGreedy(REFILL_PER_SECOND, Duration.ofSeconds(1)))
                .build();
    }

    /** Returns an IPv4-mapped IPv6 address as plain IPv4. */
    private static InetSocketAddress unmapped(InetSocketAddress from) {
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(from.getAddress().getAddress()), from.getPort());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of an invalid length", e);
        }
    }

    /** Returns the 16 bytes of an address; those of an IPv4 address as IPv6 maps it. */
    private static byte[] mapped(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == SESSION) {
            return bytes;
        }
        byte[] mapped = new byte[SESSION];
        Arrays.fill(mapped, 10, 12, (byte) 0xff);
        System.arraycopy(bytes, 0, mapped, 12, bytes.length);
        return mapped;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A datagram that can't be delivered must not end the socket.
        LOG.debug("a request by UDP", cause);
    }
}
