package chatd.client.direct;

import chatd.protocol.value.direct.Candidate;
import chatd.protocol.value.direct.Endpoint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Another side of a direct session: has a way to it found, and talks on the connection. What was said
 * and has not arrived is said again on the next connection. Everything runs on the session's event loop.
 */
final class Peer {
    private static final int KEEP_ALIVE_SECONDS = 15;

    /** How often to check whether this machine has another address. */
    private static final int WATCH_SECONDS = 2;

    /** How much time the last message has to reach the other side. */
    static final int LEAVE_DELAY_MILLIS = 200;

    /** Maximum number of undelivered texts. */
    static final int MAX_WAITING = 1_000;

    /** Maximum length of a line: a text of 64 KiB with each byte escaped as six. */
    private static final int LONGEST_LINE = 6 * (64 << 10) + 1_024;

    final long user;
    final String key;

    /** Whether this side opens the connection. */
    final boolean isInitiator;

    private final DirectSession session;
    private final DirectSocket socket;

    private final PathFinder path;
    private final Deque<SessionLine.Text> waiting = new ArrayDeque<>();
    private @Nullable QuicChannel connection;

    /** The address of this machine from which its packets go out. */
    private @Nullable InetAddress source;

    private @Nullable QuicStreamChannel stream;
    private boolean isUp;
    private boolean isGone;
    private boolean wasUp;
    private long lastReceived;

    Peer(DirectSession session, DirectSocket socket, long user, Endpoint endpoint, boolean dials) {
        this.session = session;
        this.socket = socket;
        this.user = user;
        this.key = endpoint.key();
        this.isInitiator = dials;
        this.path = new PathFinder(this, session, socket, endpoint.candidates());
    }

    /** Takes the addresses that the other side names since it has lost a connection, of this or another side. */
    void move(List<Candidate> candidates) {
        path.setCandidates(candidates);
        QuicChannel now = connection;
        if (!isUp || now == null) {
            seek();
        } else if (!path.knows(now.remoteSocketAddress())) {
            lose(now);
        }
    }

    boolean isUp() {
        return isUp;
    }

    boolean isGone() {
        return isGone;
    }

    boolean wasUp() {
        return wasUp;
    }

    /** Looks for a way to the other side. */
    void seek() {
        path.seek();
    }

    /** Stops looking for a way, and tells the listener why none was found; does nothing while there is a connection. */
    void giveUp() {
        path.giveUp();
    }

    /** Takes a probe, or the answer to one, that has the session's number and this side's key. */
    void datagram(Datagram datagram, InetSocketAddress from) {
        path.datagram(datagram, from);
    }

    /** Begins to talk on a connection that this side has opened. */
    void open(QuicChannel opened) {
        adopt(opened);
        opened.createStream(QuicStreamType.BIDIRECTIONAL, lines()).addListener(future -> {
            if (future.isSuccess()) {
                hello((QuicStreamChannel) future.getNow());
            }
        });
    }

    /** Returns the key with which the other side of a connection has proved itself; empty if it has not. */
    static String keyOf(QuicChannel connection) {
        try {
            Certificate[] chain =
                    Objects.requireNonNull(connection.sslEngine()).getSession().getPeerCertificates();
            return DirectKey.fingerprint((X509Certificate) chain[0]);
        } catch (SSLPeerUnverifiedException | RuntimeException e) {
            return "";
        }
    }

    /** Replaces the current connection with a new one from the other side. */
    void adopt(QuicChannel fresh) {
        QuicChannel before = connection;
        connection = fresh;
        source = DirectSocket.localAddressFor(fresh.remoteSocketAddress());
        fresh.closeFuture().addListener(closed -> lose(fresh));
        if (before != null && !before.equals(fresh)) {
            var _ = before.close();
        }
    }

    /** Returns the handlers of stream 0. */
    ChannelInitializer<QuicStreamChannel> lines() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(QuicStreamChannel opened) {
                opened.pipeline().addLast(new LineBasedFrameDecoder(LONGEST_LINE), new Lines());
            }
        };
    }

    /** Sends the first line on a stream. */
    private void hello(QuicStreamChannel opened) {
        stream = opened;
        send(new SessionLine.Acknowledged(lastReceived));
    }

    private final class Lines extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf line) {
            SessionLine.read(ByteBufUtil.getBytes(line))
                    .ifPresent(speech -> heard((QuicStreamChannel) ctx.channel(), speech));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // Anything that is not a line ends the connection: the other side is broken, or hostile.
            var _ = ctx.channel().parent().close();
        }
    }

    private void heard(QuicStreamChannel from, SessionLine speech) {
        if (isGone || !from.parent().equals(connection)) {
            return;
        }
        if (!isUp) {
            isUp = true;
            boolean isAgain = wasUp;
            wasUp = true;
            path.resetAttempts();
            if (stream == null || !from.equals(stream)) {
                hello(from);
            }
            waiting.forEach(this::send);
            keepAlive(from);
            watch(from.parent());
            session.listener().connected(user, isAgain);
        }
        switch (speech) {
            case SessionLine.Text text -> {
                if (text.number() > lastReceived) {
                    lastReceived = text.number();
                    session.listener().said(user, text.number(), text.text(), text.answered());
                }
                send(new SessionLine.Acknowledged(lastReceived));
            }
            case SessionLine.Acknowledged(long number) -> {
                while (!waiting.isEmpty() && waiting.getFirst().number() <= number) {
                    waiting.removeFirst();
                }
            }
            case SessionLine.Typing typing -> session.listener().typing(user);
            case SessionLine.AskToEnd ask -> session.listener().endRequested(user);
            case SessionLine.AnswerToEnd(boolean agrees) -> session.listener().answeredEnd(user, agrees);
            case SessionLine.Leave leave -> {
                abandon();
                session.listener().left(user);
            }
        }
    }

    /** Opens a stream for a file; returns null if there is no connection. */
    @Nullable
    Future<QuicStreamChannel> openStream(FileSending sending) {
        QuicChannel now = connection;
        return now == null || !isUp
                ? null
                : now.createStream(QuicStreamType.BIDIRECTIONAL, new ChannelInitializer<QuicStreamChannel>() {
                    @Override
                    protected void initChannel(QuicStreamChannel opened) {
                        opened.pipeline().addLast(new LineBasedFrameDecoder(FileLine.MAX_BYTES), sending);
                    }
                });
    }

    private void keepAlive(QuicStreamChannel on) {
        var _ = socket.loop()
                .schedule(
                        () -> {
                            if (on.equals(stream) && isUp) {
                                send(new SessionLine.Acknowledged(lastReceived));
                                keepAlive(on);
                            }
                        },
                        KEEP_ALIVE_SECONDS,
                        TimeUnit.SECONDS);
    }

    /** Watches whether this machine's address has changed: firewalls then no longer let the connection's packets through. */
    private void watch(QuicChannel channel) {
        var _ = socket.loop()
                .schedule(
                        () -> {
                            if (channel.equals(connection) && isUp) {
                                if (Objects.equals(
                                        source, DirectSocket.localAddressFor(channel.remoteSocketAddress()))) {
                                    watch(channel);
                                } else {
                                    lose(channel);
                                }
                            }
                        },
                        WATCH_SECONDS,
                        TimeUnit.SECONDS);
    }

    /** Says a text, now or when there is a connection; returns false if too many wait already. */
    boolean sendText(SessionLine.Text text) {
        if (waiting.size() >= MAX_WAITING) {
            return false;
        }
        waiting.add(text);
        if (isUp) {
            send(text);
        }
        return true;
    }

    void send(SessionLine speech) {
        QuicStreamChannel now = stream;
        if (now != null) {
            var _ = now.writeAndFlush(Unpooled.wrappedBuffer(speech.line()), now.voidPromise());
        }
    }

    /** Ends it for good: sends a last message, then closes the connection. */
    void leave() {
        QuicStreamChannel now = stream;
        QuicChannel channel = connection;
        isGone = true;
        isUp = false;
        if (now != null && channel != null) {
            var _ = now.writeAndFlush(Unpooled.wrappedBuffer(new SessionLine.Leave().line()));
            // Once it has gone out: closing at once would drop it.
            var _ = socket.loop()
                    .schedule(
                            () -> {
                                var _ = channel.close(true, 0, Unpooled.EMPTY_BUFFER);
                            },
                            LEAVE_DELAY_MILLIS,
                            TimeUnit.MILLISECONDS);
        } else if (channel != null) {
            var _ = channel.close();
        }
    }

    /** Closes the connection, and takes nothing more from the other side. */
    void abandon() {
        isGone = true;
        isUp = false;
        if (connection != null) {
            var _ = connection.close();
        }
    }

    /** Gives the connection up, if it is still the current one, and looks for a way again. */
    private void lose(QuicChannel which) {
        if (isGone || !which.equals(connection)) {
            return;
        }
        boolean was = isUp;
        connection = null;
        stream = null;
        isUp = false;
        var _ = which.close();
        if (was) {
            path.resetAttempts();
            seek();
            session.listener().lost(user);
            session.listener().searchStarted(user);
        }
    }
}
