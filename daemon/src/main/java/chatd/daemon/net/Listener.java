package chatd.daemon.net;

import chatd.audit.event.AuditEvent;
import chatd.daemon.config.Config;
import chatd.daemon.config.Network;
import chatd.daemon.dispatch.Dispatcher;
import chatd.daemon.journal.AuditTrail;
import chatd.daemon.net.stream.ClientConnection;
import chatd.daemon.net.stream.Deadlines;
import chatd.daemon.net.stream.LargeFrames;
import chatd.daemon.net.stream.LoopTasks;
import chatd.daemon.net.stream.Rate;
import chatd.daemon.net.stream.Spoken;
import chatd.daemon.net.tls.Hello;
import chatd.daemon.net.tls.Tls;
import chatd.daemon.session.Backlog;
import chatd.daemon.session.Session;
import chatd.daemon.session.Shares;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
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
import java.util.function.Supplier;
import jdk.net.ExtendedSocketOptions;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Listens, and makes a connection of each that comes. Reads top to bottom as what a connection goes through. */
@SuppressWarnings("FutureReturnValueIgnored") // as in ClientConnection
public final class Listener implements AutoCloseable {
    private static final int BACKLOG = 1_024;

    private static final Logger LOG = LogManager.getLogger(Listener.class);

    private static final Duration COMPLAINTS_APART = Duration.ofMinutes(1);

    /** How long a stop waits for those who are in their handshake: it is over in a fraction of this, or not meant. */
    private static final Duration HANDSHAKES = Duration.ofSeconds(2);

    /** What a connection may hold beside its outbox: it is held by many at once when a network goes down. */
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
    private volatile Spoken spoken;
    private final LargeFrames largeFrames;
    private final Shares strangers;
    private final Backlog backlog;
    private final AtomicLong sessions;
    /** Connections of proxies, those included that have yet to say who the client is. */
    private final AtomicInteger proxied = new AtomicInteger();
    /** Connections whose handshake is not over. */
    private final AtomicInteger greeting = new AtomicInteger();

    private final AtomicLong complained = new AtomicLong(System.nanoTime() - COMPLAINTS_APART.toNanos());
    private final EventLoopGroup loops;
    private final Map<EventLoop, LoopTasks> tasks = new ConcurrentHashMap<>();
    private final List<Channel> listening = new ArrayList<>();

    /**
     * @param config as it is in force at each moment
     * @param tls the same
     * @param firstSession where the numbering of sessions begins: another at each start
     */
    public Listener(
            Supplier<Config> config, Supplier<Tls> tls, Dispatcher dispatcher, AuditTrail audit, long firstSession) {
        this.config = config;
        this.tls = tls;
        this.dispatcher = dispatcher;
        this.audit = audit;
        this.admission = new Admission(config);
        this.spoken = Spoken.as(config.get());
        this.largeFrames = new LargeFrames(config.get().limits().largeFrames());
        this.strangers = new Shares(config.get().limits().strangers());
        long memory = Math.min(Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory());
        this.backlog = new Backlog(memory / 4);
        this.sessions = new AtomicLong(firstSession);
        // They never wait for anything; the journal, the database and the hashes want processors too.
        this.loops = new MultiThreadIoEventLoopGroup(
                Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    /**
     * Begins to listen: on the sockets that were handed to the process, or where there are none on all addresses of the
     * configuration.
     *
     * @param inherited descriptors of sockets that listen already
     * @return where, with the ports that were chosen
     * @throws IOException where one can't be had; the message says which
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
            welcome(channel, peer);
            return;
        }
        channel.closeFuture().addListener(closed -> proxied.decrementAndGet());
        if (proxied.incrementAndGet() > now.limits().connections()) {
            refuse(peer, "too-many");
            channel.close();
            return;
        }
        ProxyHeader.await(
                channel.pipeline(), peer, now.limits().firstPacket(), client -> welcome(channel, client), why -> {
                    refuse(peer, "malformed");
                    complain(peer, why);
                });
    }

    /** A proxy that is not set up as it should be shuts everyone out: that is to be found, and not in a flood. */
    private void complain(InetSocketAddress proxy, String why) {
        long now = System.nanoTime();
        long last = complained.get();
        if (now - last > COMPLAINTS_APART.toNanos() && complained.compareAndSet(last, now)) {
            LOG.warn(
                    "a connection from {}, of listen.proxies, was refused: {}. Has the proxy send the PROXY protocol,"
                            + " version 2?",
                    NetUtil.toAddressString(proxy.getAddress()),
                    why);
        }
    }

    private void refuse(InetSocketAddress peer, String reason) {
        audit.soon(
                reason,
                peer.getAddress(),
                new AuditEvent.ConnectionRefused(NetUtil.toAddressString(peer.getAddress()), reason));
    }

    /** @param peer who it is, by its own address or by what a proxy says of it */
    private void welcome(SocketChannel channel, InetSocketAddress peer) {
        if (!admission.admit(peer.getAddress())) {
            refuse(peer, "too-many");
            channel.close();
            return;
        }
        channel.closeFuture().addListener(closed -> admission.leave(peer.getAddress()));
        Config now = config.get();
        boolean isExempt = now.isExempt(peer.getAddress());
        List<Object> itself = isExempt ? List.of() : List.of(Network.ofClient(peer.getAddress()));
        if (!strangers.take(1, itself)) {
            refuse(peer, "too-many");
            channel.close();
            return;
        }
        Config.Limits limits = now.limits();
        Spoken dialects = spoken;
        if (!dialects.config().equals(now)) {
            dialects = Spoken.as(now);
            spoken = dialects;
        }
        ClientConnection connection = new ClientConnection(
                dialects,
                dispatcher,
                audit,
                new ClientConnection.Grant(
                        new Deadlines(limits),
                        new Rate(now.rates()),
                        largeFrames,
                        isExempt,
                        () -> strangers.give(1, itself),
                        limits.linger()),
                tasks.computeIfAbsent(channel.eventLoop(), LoopTasks::new));
        channel.closeFuture().addListener(closed -> connection.becomeKnown());
        connection.carry(new Session(
                "s" + Long.toHexString(sessions.incrementAndGet()),
                peer,
                NetUtil.toAddressString(peer.getAddress()),
                dialects.dialects().named(null),
                connection,
                limits.queueBytes(),
                limits.queueFrames(),
                backlog));
        Hello hello = new Hello(
                () -> {
                    // The one of this moment: the hello may have taken its time.
                    SslHandler secure = tls.get().handler(channel.alloc());
                    secure.setCloseNotifyFlushTimeoutMillis(1_000);
                    secure.setHandshakeTimeout(limits.firstPacket().toMillis(), TimeUnit.MILLISECONDS);
                    return secure;
                },
                tls.get().dialects());
        channel.pipeline().addLast(hello, new Greeting(), connection);
    }

    /** Counts the connection until its handshake is over, or until it is gone. */
    private final class Greeting extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            greeting.incrementAndGet();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            ctx.fireUserEventTriggered(event);
            if (event instanceof SslHandshakeCompletionEvent) {
                ctx.pipeline().remove(this);
            }
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            greeting.decrementAndGet();
        }
    }

    /** Returns once every event loop has done something. */
    public void answer() throws InterruptedException {
        for (EventExecutor loop : loops) {
            loop.submit(() -> {}).sync();
        }
    }

    /** Takes no new connections; those that are there go on, and those that have just come become sessions. */
    public void stopAccepting() throws InterruptedException {
        for (Channel channel : listening) {
            channel.close().sync();
        }
        // What was accepted last has reached its loop then. One that hangs must not keep the others from their end.
        for (EventExecutor loop : loops) {
            loop.submit(() -> {}).await(HANDSHAKES.toMillis());
        }
        long end = System.nanoTime() + HANDSHAKES.toNanos();
        while (greeting.get() > 0 && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /** Ends the event loops, and with them what connections are left. */
    @Override
    public void close() {
        loops.shutdownGracefully(0, 500, TimeUnit.MILLISECONDS).syncUninterruptibly();
    }
}
