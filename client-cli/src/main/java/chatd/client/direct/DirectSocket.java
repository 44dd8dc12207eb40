package chatd.client.direct;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.handler.codec.quic.BoringSSLContextOption;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.InsecureQuicTokenHandler;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicCongestionControlAlgorithm;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The one UDP socket of a side of a direct session: questions, probes, and QUIC in both roles. Packets that begin a
 * connection are taken only from addresses that have sent a probe with the session's number: whoever does not know it can
 * have nothing done but look a connection up. One event loop, a thread of its own, runs everything.
 */
final class DirectSocket implements AutoCloseable {
    /** What QUIC may put into a datagram where the way carries 1,500 bytes: it begins with 1,200, and finds out. */
    private static final int PAYLOAD = 1_452;

    /** The kernel's options by which it neither takes datagrams apart nor believes what it has heard of the way. */
    private static final List<ChannelOption<Integer>> WHOLE = List.of(
            new IntegerUnixChannelOption("IP_MTU_DISCOVER", 0, 10),
            new IntegerUnixChannelOption("IPV6_MTU_DISCOVER", 41, 23));

    private static final int PROBE = 3;

    private static final int MOST_RECEIVED = 1_500;

    /** Datagrams that the kernel takes, or gives, in one call, where it can. */
    private static final int TOGETHER = 16;

    /** Maximum number of connections that others have opened, or begun to: those of a session, and some by strangers. */
    static final int MOST_ACCEPTED = 32;

    private static final String PROTOCOL = "chat-direct/1";
    private static final Duration SILENCE = Duration.ofSeconds(45);
    private static final long WINDOW = 8 << 20;
    private static final int STREAMS = 16;
    private static final String[] GROUPS = {"X25519MLKEM768", "X25519", "P-256"};

    /** What arrives; called on the event loop. */
    interface Received {
        void datagram(Datagram datagram, InetSocketAddress from);

        /** Returns the handler of a connection that was opened from outside. */
        ChannelHandler accepted();

        /** Returns the handler of a stream that the other side has opened. */
        ChannelHandler stream();
    }

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory("direct", true),
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    private final DatagramChannel channel;
    private final Received received;

    /** Addresses whose packets belong to connections that this side has opened. Event loop. */
    private final Set<InetSocketAddress> dialed = new HashSet<>();

    /** Addresses from which connections may be opened. Event loop. */
    private final Set<InetSocketAddress> known = new HashSet<>();

    /** How many connections others have opened, or begun to open. Event loop. */
    private int accepted;

    private @Nullable ChannelHandlerContext anchor;

    /** @throws IOException if this machine can't speak QUIC, or has no UDP */
    DirectSocket(DirectKey key, TrustManager trust, Received received) throws IOException {
        if (!Quic.isAvailable()) {
            throw new IOException("Direct sessions need a library that does not exist for this machine.");
        }
        this.received = received;
        QuicSslContext server = QuicSslContextBuilder.forServer(key.key(), null, key.certificate())
                .trustManager(trust)
                .clientAuth(ClientAuth.REQUIRE)
                .applicationProtocols(PROTOCOL)
                .option(BoringSSLContextOption.GROUPS, GROUPS)
                .build();
        QuicSslContext client = QuicSslContextBuilder.forClient()
                .keyManager(key.key(), null, key.certificate())
                .trustManager(trust)
                .applicationProtocols(PROTOCOL)
                .endpointIdentificationAlgorithm("")
                .option(BoringSSLContextOption.GROUPS, GROUPS)
                .build();
        ChannelHandler asServer = tuned(new QuicServerCodecBuilder().sslContext(server))
                // An address was shown to be reachable by its probes.
                .tokenHandler(InsecureQuicTokenHandler.INSTANCE)
                .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, segments())
                .handler(new ChannelInitializer<QuicChannel>() {
                    @Override
                    protected void initChannel(QuicChannel opened) {
                        accepted++;
                        opened.closeFuture().addListener(closed -> accepted--);
                        opened.pipeline().addLast(received.accepted());
                    }
                })
                .streamHandler(streams())
                .build();
        ChannelHandler asClient =
                tuned(new QuicClientCodecBuilder().sslContext(client)).build();
        try {
            this.channel = (DatagramChannel) bootstrap()
                    .group(loops)
                    .option(ChannelOption.SO_RCVBUF, (int) WINDOW)
                    .option(ChannelOption.SO_SNDBUF, (int) WINDOW)
                    .handler(new ChannelInitializer<DatagramChannel>() {
                        @Override
                        protected void initChannel(DatagramChannel opened) {
                            opened.pipeline().addLast(new Sorting(), asServer, new Anchor(), asClient);
                        }
                    })
                    .bind(0)
                    .syncUninterruptibly()
                    .channel();
        } catch (RuntimeException e) {
            close();
            throw new IOException("No UDP socket can be opened: " + e.getMessage(), e);
        }
    }

    private static Bootstrap bootstrap() {
        return Epoll.isAvailable()
                ? new Bootstrap()
                        .channelFactory(EpollDatagramChannel::new)
                        .option(WHOLE.getFirst(), PROBE)
                        .option(WHOLE.getLast(), PROBE)
                        .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, MOST_RECEIVED)
                        .option(
                                ChannelOption.RECVBUF_ALLOCATOR,
                                new FixedRecvByteBufAllocator(TOGETHER * MOST_RECEIVED))
                : new Bootstrap()
                        .channelFactory(NioDatagramChannel::new)
                        .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(MOST_RECEIVED));
    }

    /** Returns how datagrams are put together that the kernel takes apart. */
    private static SegmentedDatagramPacketAllocator segments() {
        return Epoll.isAvailable() && EpollDatagramChannel.isSegmentedDatagramPacketSupported()
                ? EpollQuicUtils.newSegmentedAllocator(TOGETHER)
                : SegmentedDatagramPacketAllocator.NONE;
    }

    private static <B extends QuicCodecBuilder<B>> B tuned(QuicCodecBuilder<B> builder) {
        return builder.maxIdleTimeout(SILENCE.toMillis(), TimeUnit.MILLISECONDS)
                .maxSendUdpPayloadSize(PAYLOAD)
                .discoverPmtu(true)
                .maxRecvUdpPayloadSize(MOST_RECEIVED)
                .initialMaxData(WINDOW)
                .initialMaxStreamDataBidirectionalLocal(WINDOW)
                .initialMaxStreamDataBidirectionalRemote(WINDOW)
                .initialMaxStreamsBidirectional(STREAMS)
                .congestionControlAlgorithm(QuicCongestionControlAlgorithm.BBR);
    }

    private ChannelHandler streams() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(io.netty.channel.Channel stream) {
                stream.pipeline().addLast(received.stream());
            }
        };
    }

    /** Returns how many connections others have opened, or begun to open; at most {@link #MOST_ACCEPTED}. Event loop. */
    int accepted() {
        return accepted;
    }

    EventLoop loop() {
        return channel.eventLoop();
    }

    int port() {
        return channel.localAddress().getPort();
    }

    /** Returns from which address of this machine packets go to another one; null if none do. */
    static @Nullable InetAddress source(@Nullable SocketAddress to) {
        try (DatagramSocket asked = new DatagramSocket()) {
            asked.connect(to);
            return asked.getLocalAddress();
        } catch (IOException | IllegalArgumentException e) {
            return null;
        }
    }

    void send(ByteBuf datagram, InetSocketAddress to) {
        // One that can't be sent, such as over IPv6 where there is none, is one that gets lost.
        var _ = channel.writeAndFlush(new DatagramPacket(datagram, to), channel.voidPromise());
    }

    /** Takes connections from an address that has sent a probe. Event loop. */
    void know(InetSocketAddress address) {
        known.add(address);
    }

    /** Takes no more connections from an address; those that there are go on. Event loop. */
    void forget(InetSocketAddress address) {
        known.remove(address);
    }

    /** Opens a connection. Event loop. */
    Future<QuicChannel> dial(InetSocketAddress to) {
        dialed.add(to);
        return QuicChannel.newBootstrap(channel)
                .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, segments())
                .handler(new Closing())
                .streamHandler(streams())
                .remoteAddress(to)
                .connect();
    }

    /** Passes each packet to whom it belongs. */
    private final class Sorting extends ChannelInboundHandlerAdapter {
        private static final int LONG_HEADER = 0x80;

        /** The bits of the first byte that tell a packet that begins a connection, and what they are there. */
        private static final int FORM_AND_TYPE = 0xb0;

        private static final int INITIAL = LONG_HEADER;

        /** Returns whether a packet belongs to a connection, or may begin one: from an address whose probe came. */
        private boolean isExpected(byte first, InetSocketAddress from) {
            if ((first & LONG_HEADER) == 0) {
                return true;
            }
            return known.contains(from) && ((first & FORM_AND_TYPE) != INITIAL || accepted < MOST_ACCEPTED);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            DatagramPacket packet = (DatagramPacket) message;
            InetSocketAddress from = packet.sender();
            ByteBuf bytes = packet.content();
            if (!bytes.isReadable() || Datagram.isOurs(bytes)) {
                Optional<Datagram> ours = Datagram.read(bytes);
                packet.release();
                ours.ifPresent(datagram -> received.datagram(datagram, from));
            } else if (dialed.contains(from) && anchor != null) {
                anchor.fireChannelRead(packet);
            } else if (isExpected(bytes.getByte(bytes.readerIndex()), from)) {
                ctx.fireChannelRead(packet);
            } else {
                packet.release();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.fireChannelReadComplete();
            if (anchor != null) {
                anchor.fireChannelReadComplete();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // A datagram that was refused elsewhere (ICMP) must not end the socket.
        }
    }

    /** Closes a connection that has a fault. */
    private static final class Closing extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            var _ = ctx.close();
        }
    }

    /** Marks the place between the two codecs; what passes the first one is not for the second. */
    private final class Anchor extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            anchor = ctx;
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            // The client's codec is told by Sorting.
        }
    }

    @Override
    public void close() {
        var _ = loops.shutdownGracefully(50, 500, TimeUnit.MILLISECONDS);
    }

    void awaitClosed() {
        boolean _ = loops.terminationFuture().awaitUninterruptibly(2, TimeUnit.SECONDS);
    }

    /**
     * Runs something on the event loop, and waits for it. Blocks.
     *
     * @throws IOException if the socket is closed
     */
    <T extends @Nullable Object> T run(Callable<T> work) throws IOException, InterruptedException {
        try {
            return loop().submit(work).get();
        } catch (RejectedExecutionException e) {
            throw new IOException("The direct session is closed.", e);
        } catch (ExecutionException e) {
            throw new IOException("The direct session has a fault: " + e.getCause(), e);
        }
    }
}
