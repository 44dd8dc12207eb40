package chatd.daemon.net;

import chatd.audit.event.AuditEvent;
import chatd.daemon.config.Config;
import chatd.daemon.dispatch.Dispatcher;
import chatd.daemon.limit.KeyedRateLimit;
import chatd.daemon.net.http.FileRequests;
import chatd.daemon.net.http.Http;
import chatd.daemon.net.stream.ClientConnection;
import chatd.daemon.net.stream.ConfiguredDialects;
import chatd.daemon.net.stream.Deadlines;
import chatd.daemon.net.stream.LargeFrames;
import chatd.daemon.net.stream.LoopTasks;
import chatd.daemon.net.stream.Rate;
import chatd.daemon.net.tls.Hello;
import chatd.daemon.net.tls.Tls;
import chatd.daemon.session.Backlog;
import chatd.daemon.session.Session;
import chatd.daemon.trail.AuditTrail;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import jdk.net.ExtendedSocketOptions;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Accepts connections and sets them up. The methods follow the order in which a connection passes through them. */
@SuppressWarnings("FutureReturnValueIgnored") // as in ClientConnection
public final class Listener implements AutoCloseable {
    private static final int BACKLOG = 1_024;

    private static final Logger LOG = LogManager.getLogger(Listener.class);

    private static final Duration COMPLAINT_INTERVAL = Duration.ofMinutes(1);

    /** How long a stop waits for handshakes in progress: a genuine one takes a fraction of this. */
    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(2);

    /**
     * Write-buffer watermarks in bytes, per connection and in addition to its outbox; low, since many fill at once when
     * a network fails.
     */
    private static final WriteBufferWaterMark UNWRITTEN = new WriteBufferWaterMark(16 << 10, 32 << 10);

    private static final int KEEPALIVE_IDLE_SECONDS = 60;
    private static final int KEEPALIVE_INTERVAL_SECONDS = 10;
    private static final int KEEPALIVE_PROBES = 3;
    private static final int USER_TIMEOUT_MILLIS = 90_000;

    private final Supplier<Config> config;
    private final Supplier<Tls> tls;
    private final Dispatcher dispatcher;
    private final AuditTrail audit;
    private final Admission admission;
    private volatile ConfiguredDialects configuredDialects;
    private final Http http;
    private final LargeFrames largeFrames;
    private final KeyedRateLimit<Long> rates;
    private final Backlog backlog;
    private final AtomicLong sessions;
    /** Number of connections from proxies, including those whose PROXY header has not arrived yet. */
    private final AtomicInteger proxied = new AtomicInteger();
    /** Number of connections whose handshake is in progress. */
    private final AtomicInteger handshaking = new AtomicInteger();

    private final AtomicLong lastComplaint = new AtomicLong(System.nanoTime() - COMPLAINT_INTERVAL.toNanos());
    private final EventLoopGroup loops;
    private final Map<EventLoop, LoopTasks> tasks = new ConcurrentHashMap<>();
    private final List<Channel> listening = new ArrayList<>();

    /** The UDP port on which clients ask which address they come from; 0 if there is none. */
    private volatile int udpPort;

    /**
     * @param config supplies the current configuration
     * @param tls supplies the current certificate and TLS context
     * @param firstSession base of the session numbers; different at each start
     * @throws IOException if the page can't be made as it is configured
     */
    public Listener(
            Supplier<Config> config,
            Supplier<Tls> tls,
            Dispatcher dispatcher,
            FileRequests files,
            AuditTrail audit,
            long firstSession)
            throws IOException {
        this.config = config;
        this.tls = tls;
        this.dispatcher = dispatcher;
        this.audit = audit;
        this.admission = new Admission(config);
        this.configuredDialects = ConfiguredDialects.of(config.get());
        this.http = new Http(files, config);
        this.largeFrames = new LargeFrames(config.get().limits().largeFrames());
        this.rates = Rate.ofAccounts(() -> config.get().rates().accountBytes());
        long memory = Math.min(Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory());
        this.backlog = new Backlog(memory / 4);
        this.sessions = new AtomicLong(firstSession);
        // Half the processors: event loops never block, and the journal, the database and hashing need some too.
        this.loops = new MultiThreadIoEventLoopGroup(
                Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    /**
     * Returns how sockets are served: Linux's epoll where its library can be loaded, or Java's NIO.
     */
    public static String transport() {
        return Epoll.isAvailable() ? "epoll" : "NIO";
    }

    /**
     * Starts listening on the inherited sockets or, if there are none, on all configured addresses. Blocks.
     *
     * @param inherited descriptors of sockets that are already listening
     * @return the addresses, with the ports actually bound
     * @throws IOException if a socket can't be opened; the message names it
     */
    public List<InetSocketAddress> open(List<Integer> inherited) throws IOException {
        try {
            for (int descriptor : inherited) {
                listening.add(adopt(descriptor));
            }
            if (inherited.isEmpty()) {
                for (InetSocketAddress address : config.get().listen().addresses()) {
                    listening.add(bind(address));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return listening.stream()
                .filter(ServerChannel.class::isInstance)
                .map(channel -> (InetSocketAddress) channel.localAddress())
                .toList();
    }

    private Channel bind(InetSocketAddress address) throws IOException, InterruptedException {
        try {
            ChannelFactory<ServerChannel> channels =
                    Epoll.isAvailable() ? EpollServerSocketChannel::new : NioServerSocketChannel::new;
            return bootstrap(channels).bind(address).sync().channel();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("can't listen on " + address + ": " + e.getMessage(), e);
        }
    }

    /**
     * Answers clients that ask by UDP which address they come from, on the configured addresses. Blocks.
     *
     * @param asked told of each question: the session's number, 16 bytes, and where it came from; called on event loops
     * @throws IOException if a socket can't be opened; the message names it
     */
    public void answerByUdp(BiConsumer<byte[], InetSocketAddress> asked) throws IOException {
        AddressResponder answerer = new AddressResponder(asked);
        for (InetSocketAddress address : config.get().listen().udp()) {
            try {
                Channel channel = new Bootstrap()
                        .group(loops)
                        .channelFactory(
                                () -> Epoll.isAvailable() ? new EpollDatagramChannel() : new NioDatagramChannel())
                        .option(
                                ChannelOption.RECVBUF_ALLOCATOR,
                                new FixedRecvByteBufAllocator(AddressResponder.LENGTH + 1))
                        .handler(answerer)
                        .bind(address)
                        .sync()
                        .channel();
                listening.add(channel);
                udpPort = udpPort == 0 ? ((InetSocketAddress) channel.localAddress()).getPort() : udpPort;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            } catch (Exception e) {
                throw new IOException("can't listen on " + address + " by UDP (listen.udp): " + e.getMessage(), e);
            }
        }
    }

    /** Returns the UDP port on which clients ask which address they come from; 0 if there is none. Any thread. */
    public int udpPort() {
        return udpPort;
    }

    private Channel adopt(int descriptor) throws IOException, InterruptedException {
        if (!Epoll.isAvailable()) {
            throw new IOException(
                    "the sockets of systemd can't be used here: " + Epoll.unavailabilityCause()
                            + ". Disable chatd.socket, and set listen.addresses",
                    Epoll.unavailabilityCause());
        }
        return bootstrap(() -> new EpollServerSocketChannel(descriptor))
                .register()
                .sync()
                .channel();
    }

    private ServerBootstrap bootstrap(ChannelFactory<ServerChannel> channels) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channelFactory(channels)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNWRITTEN)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel);
                    }
                });
        if (Epoll.isAvailable()) {
            return bootstrap
                    .childOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS)
                    .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS)
                    .childOption(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES)
                    .childOption(EpollChannelOption.TCP_USER_TIMEOUT, USER_TIMEOUT_MILLIS);
        }
        return bootstrap
                .childOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), KEEPALIVE_IDLE_SECONDS)
                .childOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), KEEPALIVE_INTERVAL_SECONDS)
                .childOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), KEEPALIVE_PROBES);
    }

    private void accept(SocketChannel channel) {
        InetSocketAddress peer = channel.remoteAddress();
        Config now = config.get();
        if (now.listen().proxies().stream().noneMatch(proxies -> proxies.contains(peer.getAddress()))) {
            setUp(channel, peer, false);
            return;
        }
        channel.closeFuture().addListener(closed -> proxied.decrementAndGet());
        if (proxied.incrementAndGet() > now.limits().connections()) {
            refuse(peer, "too-many");
            channel.close();
            return;
        }
        ProxyHeader.await(
                channel.pipeline(), peer, now.limits().firstPacket(), client -> setUp(channel, client, true), why -> {
                    refuse(peer, "malformed");
                    complain(peer, why);
                });
    }

    /** Logs a refused proxy connection, at most once a minute: a misconfigured proxy shuts out everyone behind it. */
    private void complain(InetSocketAddress proxy, String why) {
        long now = System.nanoTime();
        long last = lastComplaint.get();
        if (now - last > COMPLAINT_INTERVAL.toNanos() && lastComplaint.compareAndSet(last, now)) {
            LOG.warn(
                    "CHATD-703 a connection from {}, a proxy by listen.proxies, was refused: {}. Does the proxy send the PROXY protocol?",
                    NetUtil.toAddressString(proxy.getAddress()),
                    why);
        }
    }

    private void refuse(InetSocketAddress peer, String reason) {
        audit.logCoalescedLater(
                reason,
                peer.getAddress(),
                new AuditEvent.ConnectionRefused(NetUtil.toAddressString(peer.getAddress()), reason));
    }

    /** @param peer the client's address, its own or as reported by a proxy */
    private void setUp(SocketChannel channel, InetSocketAddress peer, boolean isProxied) {
        Admission.Admitted admitted = admission.admit(peer.getAddress(), () -> {
            refuse(peer, "too-many");
            channel.close();
        });
        if (admitted == null) {
            refuse(peer, "too-many");
            channel.close();
            return;
        }
        channel.closeFuture().addListener(closed -> admitted.closed());
        Config now = config.get();
        boolean isExempt = now.isExempt(peer.getAddress());
        Config.Limits limits = now.limits();
        ConfiguredDialects dialects = configuredDialects;
        if (!dialects.config().equals(now)) {
            dialects = ConfiguredDialects.of(now);
            configuredDialects = dialects;
        }
        ClientConnection connection = new ClientConnection(
                dialects,
                dispatcher,
                audit,
                new ClientConnection.Grant(
                        new Deadlines(limits),
                        new Rate(now.rates(), rates),
                        largeFrames,
                        isExempt,
                        admitted::loggedIn,
                        limits.linger()),
                tasks.computeIfAbsent(channel.eventLoop(), LoopTasks::new));
        channel.closeFuture().addListener(closed -> connection.releaseLoginSlot());
        connection.setSession(new Session(
                "s" + Long.toHexString(sessions.incrementAndGet()),
                peer,
                NetUtil.toAddressString(peer.getAddress()),
                dialects.dialects().named(null),
                connection.output(),
                limits.queueBytes(),
                limits.queueFrames(),
                backlog));
        Hello hello = new Hello(
                () -> {
                    // Fetched only now: the certificate may have been reloaded before the ClientHello arrived.
                    SslHandler secure = tls.get().handler(channel.alloc());
                    secure.setCloseNotifyFlushTimeoutMillis(1_000);
                    secure.setHandshakeTimeout(limits.firstPacket().toMillis(), TimeUnit.MILLISECONDS);
                    return secure;
                },
                tls.get().dialects());
        channel.pipeline()
                .addLast(Http.beforeTls(), hello, new HandshakeTracker(connection, admitted, isProxied), connection);
    }

    /** Counts a handshake as in progress until it ends or the connection is closed. */
    private final class HandshakeTracker extends ChannelInboundHandlerAdapter {
        private final ClientConnection connection;
        private final Admission.Admitted admitted;
        private final boolean isProxied;

        HandshakeTracker(ClientConnection connection, Admission.Admitted admitted, boolean isProxied) {
            this.isProxied = isProxied;
            this.connection = connection;
            this.admitted = admitted;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            handshaking.incrementAndGet();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            ctx.fireUserEventTriggered(event);
            if (event instanceof SslHandshakeCompletionEvent handshake) {
                admitted.handshakeCompleted();
                if (handshake.isSuccess()) {
                    http.serve(ctx, connection, isProxied);
                }
                ctx.pipeline().remove(this);
            }
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            handshaking.decrementAndGet();
        }
    }

    /** Returns once every event loop has executed a task. Blocks. */
    public void awaitLoops() throws InterruptedException {
        for (EventExecutor loop : loops) {
            loop.submit(() -> {}).sync();
        }
    }

    /** Stops accepting connections; existing ones continue, and those just accepted still become sessions. Blocks. */
    public void stopAccepting() throws InterruptedException {
        for (Channel channel : listening) {
            channel.close().sync();
        }
        // Once each loop has run a task, the connections accepted last are registered. A hung loop must not keep the
        // others from stopping.
        for (EventExecutor loop : loops) {
            loop.submit(() -> {}).await(HANDSHAKE_TIMEOUT.toMillis());
        }
        long end = System.nanoTime() + HANDSHAKE_TIMEOUT.toNanos();
        while (handshaking.get() > 0 && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /** Shuts down the event loops and thereby closes all remaining connections. Blocks. */
    @Override
    public void close() {
        loops.shutdownGracefully(0, 500, TimeUnit.MILLISECONDS).syncUninterruptibly();
    }
}
