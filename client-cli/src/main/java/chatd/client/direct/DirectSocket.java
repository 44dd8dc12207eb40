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
 * The single UDP socket of one side of a direct session: questions, probes, and QUIC in both roles. Packets that begin
 * a connection are accepted only from addresses that have sent a probe with the session's number: whoever does not know
 * it can cause nothing but a connection lookup. Everything runs on one event loop with a thread of its own.
 */
final class DirectSocket implements AutoCloseable {
    /**
     * Maximum QUIC payload of a datagram, on a path with an MTU of 1,500 bytes: QUIC begins with 1,200 and probes for
     * more.
     */
    private static final int PAYLOAD = 1_452;

    /** The socket options by which the kernel neither fragments datagrams nor trusts the path MTU it has cached. */
    private static final List<ChannelOption<Integer>> NO_FRAGMENTATION = List.of(
            new IntegerUnixChannelOption("IP_MTU_DISCOVER", 0, 10),
            new IntegerUnixChannelOption("IPV6_MTU_DISCOVER", 41, 23));

    private static final int PMTUDISC_PROBE = 3;

    private static final int MAX_DATAGRAM = 1_500;

    /** Datagrams sent or received in one system call, where the kernel supports it. */
    private static final int DATAGRAMS_PER_CALL = 16;

    /** Maximum number of connections that others have opened, or begun to: those of a session, and some by strangers. */
    static final int MAX_ACCEPTED = 32;

    private static final String PROTOCOL = "chat-direct/1";
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(45);
    private static final long WINDOW = 8 << 20;
    private static final int MAX_STREAMS = 16;
    private static final String[] GROUPS = {"X25519MLKEM768", "X25519", "P-256"};

    /** Handles what arrives; called on the event loop. */
    interface Handler {
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
    private final Handler received;

    /** Addresses whose packets belong to connections that this side has opened. Event loop. */
    private final Set<InetSocketAddress> dialed = new HashSet<>();

    /** Addresses from which connections may be opened. Event loop. */
    private final Set<InetSocketAddress> known = new HashSet<>();

    /** How many connections others have opened, or begun to open. Event loop. */
    private int accepted;

    private @Nullable ChannelHandlerContext anchor;

    /** @throws IOException if this machine can't speak QUIC, or has no UDP */
    DirectSocket(DirectKey key, TrustManager trust, Handler received) throws IOException {
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
                // The probes have shown already that the address is reachable.
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
                            opened.pipeline().addLast(new PacketSorter(), asServer, new Anchor(), asClient);
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
                        .option(NO_FRAGMENTATION.getFirst(), PMTUDISC_PROBE)
                        .option(NO_FRAGMENTATION.getLast(), PMTUDISC_PROBE)
                        .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, MAX_DATAGRAM)
                        .option(
                                ChannelOption.RECVBUF_ALLOCATOR,
                                new FixedRecvByteBufAllocator(DATAGRAMS_PER_CALL * MAX_DATAGRAM))
                : new Bootstrap()
                        .channelFactory(NioDatagramChannel::new)
                        .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(MAX_DATAGRAM));
    }

    /** Returns the allocator that combines datagrams for the kernel to split again (segmentation offload). */
    private static SegmentedDatagramPacketAllocator segments() {
        return Epoll.isAvailable() && EpollDatagramChannel.isSegmentedDatagramPacketSupported()
                ? EpollQuicUtils.newSegmentedAllocator(DATAGRAMS_PER_CALL)
                : SegmentedDatagramPacketAllocator.NONE;
    }

    private static <B extends QuicCodecBuilder<B>> B tuned(QuicCodecBuilder<B> builder) {
        return builder.maxIdleTimeout(IDLE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .maxSendUdpPayloadSize(PAYLOAD)
                .discoverPmtu(true)
                .maxRecvUdpPayloadSize(MAX_DATAGRAM)
                .initialMaxData(WINDOW)
                .initialMaxStreamDataBidirectionalLocal(WINDOW)
                .initialMaxStreamDataBidirectionalRemote(WINDOW)
                .initialMaxStreamsBidirectional(MAX_STREAMS)
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

    /** Returns how many connections others have opened, or begun to open; at most {@link #MAX_ACCEPTED}. Event loop. */
    int accepted() {
        return accepted;
    }

    EventLoop loop() {
        return channel.eventLoop();
    }

    int port() {
        return channel.localAddress().getPort();
    }

    /** Returns the local address from which packets to another one are sent; null if there is no route. */
    static @Nullable InetAddress localAddressFor(@Nullable SocketAddress to) {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(to);
            return socket.getLocalAddress();
        } catch (IOException | IllegalArgumentException e) {
            return null;
        }
    }

    void send(ByteBuf datagram, InetSocketAddress to) {
        // A datagram that can't be sent, such as over IPv6 without a route, counts as lost.
        var _ = channel.writeAndFlush(new DatagramPacket(datagram, to), channel.voidPromise());
    }

    /** Accepts connections from an address that has sent a probe. Event loop. */
    void allow(InetSocketAddress address) {
        known.add(address);
    }

    /** Accepts no more connections from an address; existing ones continue. Event loop. */
    void disallow(InetSocketAddress address) {
        known.remove(address);
    }

    /** Opens a connection. Event loop. */
    Future<QuicChannel> dial(InetSocketAddress to) {
        dialed.add(to);
        return QuicChannel.newBootstrap(channel)
                .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, segments())
                .handler(new CloseOnError())
                .streamHandler(streams())
                .remoteAddress(to)
                .connect();
    }

    /** Passes each packet to the handler it belongs to. */
    private final class PacketSorter extends ChannelInboundHandlerAdapter {
        private static final int LONG_HEADER = 0x80;

        /** The bits of the first byte that mark a packet that begins a connection. */
        private static final int FORM_AND_TYPE = 0xb0;

        private static final int INITIAL = LONG_HEADER;

        /** Returns whether a packet belongs to a connection, or may begin one, because its sender has sent a probe. */
        private boolean isExpected(byte first, InetSocketAddress from) {
            if ((first & LONG_HEADER) == 0) {
                return true;
            }
            return known.contains(from) && ((first & FORM_AND_TYPE) != INITIAL || accepted < MAX_ACCEPTED);
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

    /** Closes a connection in which an exception occurred. */
    private static final class CloseOnError extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            var _ = ctx.close();
        }
    }

    /** Marks the place between the two codecs: events that leave the first are not meant for the second. */
    private final class Anchor extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            anchor = ctx;
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            // PacketSorter passes this on to the client's codec.
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
