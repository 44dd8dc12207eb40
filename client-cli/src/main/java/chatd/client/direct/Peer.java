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
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Another side of a direct session: finds a way to it, opens the connection or waits for it, and talks on it. What was said
 * and has not arrived is said again on the next connection. Everything runs on the session's event loop.
 */
final class Peer {
    /** When probes are sent to each address, in milliseconds. */
    private static final int[] PROBES = {0, 200, 600, 1_400, 3_000};

    /**
     * Maximum number of probes, within so many seconds, to an address that has sent nothing: it may belong to somebody else.
     */
    private static final int MOST_PROBES = 8;

    private static final int PROBES_SECONDS = 15;

    /** Maximum number of such addresses within that time; any further ones are not tried. */
    private static final int MOST_SILENT = 64;

    /** How many times to look for a path again after a loss. */
    private static final int ATTEMPTS = 6;

    private static final int KEEP_ALIVE_SECONDS = 15;

    /** How often to check whether this machine has another address. */
    private static final int WATCH_SECONDS = 2;

    /** How much time the last message has to reach the other side. */
    static final int LEAVE_DELAY_MILLIS = 200;

    /** Maximum number of addresses from which probes came, though the other side has not named them. */
    private static final int MOST_FOUND = 4;

    /** Maximum number of undelivered texts. */
    static final int MOST_WAITING = 1_000;

    /** Maximum length of a line: a text of 64 KiB with each byte escaped as six. */
    private static final int LONGEST_LINE = 6 * (64 << 10) + 1_024;

    final long user;
    final String key;

    /** Whether this side opens the connection. */
    final boolean isInitiator;

    private final DirectSession session;
    private final DirectSocket socket;

    /** The addresses that are tried, with whether the other side has named them. */
    private final Map<InetSocketAddress, Boolean> addresses = new LinkedHashMap<>();

    /** How many probes were sent recently to each address from which nothing has come. */
    private final Map<InetSocketAddress, Integer> probesSent = new HashMap<>();

    private final Deque<SessionLine.Text> waiting = new ArrayDeque<>();
    private @Nullable InetSocketAddress chosenAddress;
    private @Nullable QuicChannel connection;

    /** The address of this machine from which its packets go out. */
    private @Nullable InetAddress source;

    private @Nullable QuicStreamChannel stream;
    private boolean isUp;
    private boolean isGone;
    private boolean wasUp;
    /** Whether a probe of the other side has come, and an answer to one of ours. */
    private boolean heard;

    private boolean answered;
    private int attempts;
    private int round;
    private long lastReceived;

    Peer(DirectSession session, DirectSocket socket, long user, Endpoint endpoint, boolean dials) {
        this.session = session;
        this.socket = socket;
        this.user = user;
        this.key = endpoint.key();
        this.isInitiator = dials;
        setCandidates(endpoint.candidates());
    }

    /** Replaces the addresses with those that the other side names now. */
    void setCandidates(List<Candidate> candidates) {
        addresses.keySet().forEach(socket::forget);
        addresses.clear();
        for (Candidate candidate : candidates) {
            addresses.put(new InetSocketAddress(InetAddress.ofLiteral(candidate.address()), candidate.port()), true);
        }
    }

    /** Takes the addresses that the other side names since it has lost a connection, of this or another side. */
    void move(List<Candidate> candidates) {
        setCandidates(candidates);
        QuicChannel now = connection;
        if (!isUp || now == null) {
            seek();
        } else if (!addresses.containsKey(now.remoteSocketAddress())) {
            lose(now);
        }
    }

    boolean isUp() {
        return isUp;
    }

    boolean isGone() {
        return isGone;
    }

    /** Looks for a way to the other side. */
    void seek() {
        int its = ++round;
        chosenAddress = null;
        answered = false;
        heard = false;
        List.copyOf(addresses.keySet()).forEach(address -> probe(address, its));
        var _ = socket.loop().schedule(() -> giveUp(its), session.patience().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void probe(InetSocketAddress address, int its) {
        for (int delay : PROBES) {
            var _ = socket.loop()
                    .schedule(
                            () -> {
                                if (its == round && chosenAddress == null && !isUp && !isGone && mayProbe(address)) {
                                    int nonce = ThreadLocalRandom.current().nextInt();
                                    socket.send(session.probe(Datagram.Kind.PROBE, nonce), address);
                                }
                            },
                            delay,
                            TimeUnit.MILLISECONDS);
        }
    }

    /** Counts a probe to an address; returns false if it has been sent enough. */
    private boolean mayProbe(InetSocketAddress address) {
        int sent = probesSent.getOrDefault(address, 0);
        if (sent == MOST_PROBES || (sent == 0 && probesSent.size() == MOST_SILENT)) {
            return false;
        }
        if (sent == 0) {
            var _ = socket.loop().schedule(() -> probesSent.remove(address), PROBES_SECONDS, TimeUnit.SECONDS);
        }
        probesSent.put(address, sent + 1);
        return true;
    }

    private void giveUp(int its) {
        if (its != round || isUp || isGone) {
            return;
        }
        if (wasUp && ++attempts < ATTEMPTS) {
            seek();
            // Announce again: the addresses may have been lost, or have changed.
            session.listener().searchStarted(user);
            return;
        }
        giveUp();
    }

    /** Stops looking for a path, and tells the listener why none was found; does nothing while there is a connection. */
    void giveUp() {
        if (!isUp && !isGone) {
            abandon();
            session.listener().unreachable(user, explainFailure());
        }
    }

    /** Returns what was tried, and which side's firewall it looks like, as sentences. */
    private String explainFailure() {
        if (addresses.isEmpty()) {
            return "It named no address that could be tried.";
        }
        boolean named6 = addresses.keySet().stream().anyMatch(Peer::isV6);
        boolean named4 = addresses.keySet().stream().anyMatch(address -> !isV6(address));
        String tried = "Tried "
                + String.join(
                        ", ",
                        addresses.keySet().stream()
                                .map(address -> new Candidate(
                                                DirectSession.text(address.getAddress()), address.getPort())
                                        .toString())
                                .toList())
                + ". ";
        if (!(named6 && session.has(true)) && !(named4 && session.has(false))) {
            return tried + "The two of you have no kind of address in common: one has IPv6 alone, the other IPv4.";
        }
        if (answered) {
            return tried + "An answer came by UDP, but no connection.";
        }
        if (heard) {
            return tried
                    + "Its probes came here, and what was sent to it was not answered: it looks like the firewall of"
                    + " the other side.";
        }
        return tried
                + (session.wasSeen()
                        ? "Nothing came: it looks like firewalls or routers that give each connection another port, on"
                                + " both sides or the other one."
                        : "The server did not answer by UDP either: it looks like a firewall on this side that lets no UDP"
                                + " out.");
    }

    private static boolean isV6(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address;
    }

    /** Takes a probe, or the answer to one, that has the session's number and this side's key. */
    void datagram(Datagram datagram, InetSocketAddress from) {
        if (isGone) {
            return;
        }
        if (!addresses.containsKey(from)) {
            if (addresses.values().stream().filter(named -> !named).count() >= MOST_FOUND) {
                return;
            }
            addresses.put(from, false);
            probe(from, round);
        }
        socket.know(from);
        probesSent.remove(from);
        heard = true;
        if (datagram.kind() == Datagram.Kind.PROBE) {
            socket.send(session.probe(Datagram.Kind.ECHO, datagram.nonce()), from);
            return;
        }
        answered = true;
        if (chosenAddress == null && !isUp) {
            chosenAddress = from;
            if (isInitiator) {
                dial(from, round);
            }
        }
    }

    private void dial(InetSocketAddress to, int its) {
        Future<QuicChannel> dialed = socket.dial(to);
        dialed.addListener(done -> {
            if (isGone || its != round) {
                if (done.isSuccess()) {
                    var _ = dialed.getNow().close();
                }
            } else if (!done.isSuccess()) {
                var _ = socket.loop()
                        .schedule(
                                () -> {
                                    if (its == round && !isUp && !isGone) {
                                        dial(to, its);
                                    }
                                },
                                PROBES[1],
                                TimeUnit.MILLISECONDS);
            } else if (!key.equals(keyOf(dialed.getNow()))) {
                var _ = dialed.getNow().close();
            } else {
                adopt(dialed.getNow());
                dialed.getNow()
                        .createStream(QuicStreamType.BIDIRECTIONAL, lines())
                        .addListener(opened -> {
                            if (opened.isSuccess()) {
                                hello((QuicStreamChannel) opened.getNow());
                            }
                        });
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
        source = DirectSocket.source(fresh.remoteSocketAddress());
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
        send(new SessionLine.Arrived(lastReceived));
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
            attempts = 0;
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
                send(new SessionLine.Arrived(lastReceived));
            }
            case SessionLine.Arrived(long number) -> {
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
                        opened.pipeline().addLast(new LineBasedFrameDecoder(FileLine.LONGEST), sending);
                    }
                });
    }

    private void keepAlive(QuicStreamChannel on) {
        var _ = socket.loop()
                .schedule(
                        () -> {
                            if (on.equals(stream) && isUp) {
                                send(new SessionLine.Arrived(lastReceived));
                                keepAlive(on);
                            }
                        },
                        KEEP_ALIVE_SECONDS,
                        TimeUnit.SECONDS);
    }

    /** Watches whether this machine's address has changed: firewalls then no longer let the connection's packets through. */
    private void watch(QuicChannel its) {
        var _ = socket.loop()
                .schedule(
                        () -> {
                            if (its.equals(connection) && isUp) {
                                if (Objects.equals(source, DirectSocket.source(its.remoteSocketAddress()))) {
                                    watch(its);
                                } else {
                                    lose(its);
                                }
                            }
                        },
                        WATCH_SECONDS,
                        TimeUnit.SECONDS);
    }

    /** Says a text, now or when there is a connection; returns false if too many wait already. */
    boolean sendText(SessionLine.Text text) {
        if (waiting.size() >= MOST_WAITING) {
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
        QuicChannel its = connection;
        isGone = true;
        isUp = false;
        if (now != null && its != null) {
            var _ = now.writeAndFlush(Unpooled.wrappedBuffer(new SessionLine.Leave().line()));
            // Once it has gone out: closing at once would drop it.
            var _ = socket.loop()
                    .schedule(
                            () -> {
                                var _ = its.close(true, 0, Unpooled.EMPTY_BUFFER);
                            },
                            LEAVE_DELAY_MILLIS,
                            TimeUnit.MILLISECONDS);
        } else if (its != null) {
            var _ = its.close();
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
            attempts = 0;
            seek();
            session.listener().lost(user);
            session.listener().searchStarted(user);
        }
    }
}
