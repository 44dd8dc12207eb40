package chatd.client.direct;

import chatd.client.talk.item.FileToSend;
import chatd.protocol.value.direct.Candidate;
import chatd.protocol.value.direct.Endpoint;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * One side of a direct session (page {@code direct.md}): a mesh of connections to the others, each of whom must prove to have
 * the key that the daemon introduced. Keeps nothing. Methods may be called from any thread, and do not block unless they say
 * so; the listener is called on the session's event loop, and must not block.
 */
public final class DirectSession implements AutoCloseable {
    /** How long answers of the daemon are waited for. */
    private static final Duration ANSWERS = Duration.ofMillis(900);

    private static final int QUESTIONS = 3;

    /** What happens in a session; {@code user} is the number of the other. */
    public interface Listener {
        /** @param isAgain whether the connection was lost before */
        void connected(long user, boolean isAgain);

        /**
         * @param number counts the user's texts of this session from 1
         * @param answered what it answers; null for nothing
         */
        void said(long user, long number, String text, @Nullable AnsweredText answered);

        void typing(long user);

        /** The other wants to end the session, and waits for an answer. */
        void endRequested(long user);

        void answeredEnd(long user, boolean agrees);

        /** The other offers a file, which waits for an answer; on a thread of its own. */
        void offers(long user, FileOffer offer);

        /** The other has left. */
        void left(long user);

        /** The connection is lost. */
        void lost(long user);

        /** A way to a side that was connected is sought: the others are to be told this side's addresses. */
        void searchStarted(long user);

        /** No way was found, for now; {@code why} is sentences. */
        void unreachable(long user, String why);
    }

    private final String session;
    private final Listener listener;
    private final DirectKey key = DirectKey.create();
    private final DirectSocket socket;

    /** The other sides by their numbers. Event loop. */
    private final Map<Long, Peer> peers = new LinkedHashMap<>();

    /** The keys that were introduced; read while connections are opened. */
    private final Set<String> keys = ConcurrentHashMap.newKeySet();

    /** The questions to the daemon that are not answered yet, by their nonces, and the answers. Event loop. */
    private final Map<Integer, CountDownLatch> asked = new LinkedHashMap<>();

    private final Duration patience;
    private final Set<InetSocketAddress> seen = new LinkedHashSet<>();
    private volatile boolean wasSeen;
    private volatile boolean has6;
    private volatile boolean has4;
    private long said;

    /**
     * @param session its number, 32 hexadecimal digits
     * @param patience how long a way to another side is sought, before it is given up or sought again
     * @throws IOException if this machine can't have direct sessions; the message says why
     */
    public DirectSession(String session, Duration patience, Listener listener) throws IOException {
        this.session = session;
        this.patience = patience;
        this.listener = listener;
        this.socket = new DirectSocket(key, new Introduced(), new Reception());
    }

    Duration patience() {
        return patience;
    }

    /** Trusts the keys that the daemon has introduced, and nothing else. */
    private final class Introduced extends X509ExtendedTrustManager {
        private void check(X509Certificate[] chain) throws CertificateException {
            if (chain.length == 0 || !keys.contains(DirectKey.fingerprint(chain[0]))) {
                throw new CertificateException("not the key that was introduced");
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, Socket with) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, Socket with) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
            check(chain);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private final class Reception implements DirectSocket.Received {
        @Override
        public void datagram(Datagram datagram, InetSocketAddress from) {
            switch (datagram.kind()) {
                case ANSWER -> {
                    CountDownLatch waiting = asked.remove(datagram.nonce());
                    if (waiting != null) {
                        wasSeen = true;
                        seen.add(datagram.address(session));
                        waiting.countDown();
                    }
                }
                case PROBE, ECHO -> {
                    if (datagram.session().equals(session)) {
                        byKey(datagram.key()).ifPresent(peer -> peer.datagram(datagram, from));
                    }
                }
                case ASK -> {}
            }
        }

        @Override
        public ChannelHandler accepted() {
            return new ChannelInboundHandlerAdapter() {
                @Override
                public void channelActive(ChannelHandlerContext ctx) {
                    QuicChannel connection = (QuicChannel) ctx.channel();
                    Optional<Peer> peer = of(connection).filter(its -> !its.isInitiator && !its.isGone());
                    if (peer.isPresent()) {
                        peer.get().adopt(connection);
                        ctx.fireChannelActive();
                    } else {
                        var _ = connection.close();
                    }
                }

                @Override
                public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                    var _ = ctx.close();
                }
            };
        }

        @Override
        public ChannelHandler stream() {
            return new ChannelInitializer<QuicStreamChannel>() {
                @Override
                protected void initChannel(QuicStreamChannel stream) {
                    Optional<Peer> peer = of(stream.parent());
                    if (peer.isPresent() && stream.streamId() == 0) {
                        stream.pipeline().addLast(peer.get().lines());
                    } else if (peer.isPresent()) {
                        stream.pipeline().addLast(new FileOffer(peer.get().user, listener::offers));
                    } else {
                        var _ = stream.close();
                    }
                }
            };
        }
    }

    /** Returns whose connection it is, by the key with which the other side has proved itself. */
    private Optional<Peer> of(QuicChannel connection) {
        String its = Peer.keyOf(connection);
        return peers.values().stream().filter(peer -> peer.key.equals(its)).findFirst();
    }

    private Optional<Peer> byKey(String shortened) {
        return peers.values().stream()
                .filter(peer -> Datagram.shortened(peer.key).equals(shortened))
                .findFirst();
    }

    Listener listener() {
        return listener;
    }

    ByteBuf probe(Datagram.Kind kind, int nonce) {
        return Datagram.probe(kind, nonce, session, key.fingerprint());
    }

    /** Returns whether this side has named an IPv6, or an IPv4, address. */
    boolean has(boolean v6) {
        return v6 ? has6 : has4;
    }

    /** Returns whether the daemon has answered by UDP. */
    boolean wasSeen() {
        return wasSeen;
    }

    /**
     * Returns at which addresses this side may be reached, as this machine knows them and the daemon sees them. Blocks, for
     * a second at most.
     *
     * @param daemon where it answers by UDP; one address of each kind
     */
    public Endpoint endpoint(Collection<InetSocketAddress> daemon) throws IOException, InterruptedException {
        CountDownLatch answers = new CountDownLatch(daemon.size());
        run(() -> {
            seen.clear();
            for (InetSocketAddress address : daemon) {
                int nonce = ThreadLocalRandom.current().nextInt();
                asked.put(nonce, answers);
                ask(address, nonce, QUESTIONS);
            }
            return true;
        });
        boolean _ = answers.await(ANSWERS.toMillis(), TimeUnit.MILLISECONDS);
        Set<InetSocketAddress> all = new LinkedHashSet<>(run(() -> {
            asked.clear();
            return List.copyOf(seen);
        }));
        for (InetAddress own : own()) {
            all.add(new InetSocketAddress(own, socket.port()));
        }
        has6 = all.stream().anyMatch(address -> address.getAddress() instanceof Inet6Address);
        has4 = all.stream().anyMatch(address -> !(address.getAddress() instanceof Inet6Address));
        return new Endpoint(
                all.stream()
                        .filter(address -> !address.getAddress().isLoopbackAddress())
                        .map(address -> new Candidate(text(address.getAddress()), address.getPort()))
                        .distinct()
                        .limit(Endpoint.MAX_CANDIDATES)
                        .toList(),
                key.fingerprint());
    }

    private void ask(InetSocketAddress daemon, int nonce, int times) {
        if (times > 0 && asked.containsKey(nonce)) {
            socket.send(Datagram.ask(nonce, session), daemon);
            var _ = socket.loop()
                    .schedule(
                            () -> ask(daemon, nonce, times - 1),
                            ANSWERS.toMillis() / (QUESTIONS + 1),
                            TimeUnit.MILLISECONDS);
        }
    }

    DirectSocket socket() {
        return socket;
    }

    String fingerprint() {
        return key.fingerprint();
    }

    static String text(InetAddress address) {
        return NetUtil.toAddressString(address);
    }

    /** Returns this machine's addresses, as people read them. */
    public static List<String> ownAddresses() {
        return own().stream().map(DirectSession::text).toList();
    }

    /** Returns this machine's addresses, IPv6 first. */
    private static List<InetAddress> own() {
        List<InetAddress> own = new ArrayList<>();
        try {
            for (NetworkInterface one : NetworkInterface.networkInterfaces().toList()) {
                if (one.isUp() && !one.isLoopback()) {
                    one.inetAddresses()
                            .filter(address -> !address.isLinkLocalAddress() && !address.isMulticastAddress())
                            .forEach(own::add);
                }
            }
        } catch (SocketException e) {
            // What the daemon sees has to do.
        }
        own.sort(Comparator.comparingInt(address -> address instanceof Inet6Address ? 0 : 1));
        return own;
    }

    /** Adds another side, or one that is introduced anew, and looks for a way to it. */
    public void introduce(long user, Endpoint endpoint, boolean dials) {
        execute(() -> {
            Peer before = peers.remove(user);
            if (before != null) {
                before.abandon();
            }
            keys.add(endpoint.key());
            Peer peer = new Peer(this, socket, user, endpoint, dials);
            peers.put(user, peer);
            peer.seek();
        });
    }

    /** Takes the addresses that another side has named now. */
    public void candidates(long user, List<Candidate> candidates) {
        execute(() -> {
            Peer peer = peers.get(user);
            if (peer != null && !peer.isGone()) {
                peer.move(candidates);
            }
        });
    }

    /** Looks no longer for a way to a side, which has given up; the listener is told why, if there is no connection. */
    public void giveUp(long user) {
        execute(() -> {
            Peer peer = peers.get(user);
            if (peer != null) {
                peer.giveUp();
            }
        });
    }

    /** Forgets a side that has left, as the daemon says. */
    public void remove(long user) {
        execute(() -> {
            Peer peer = peers.remove(user);
            if (peer != null) {
                peer.abandon();
                keys.remove(peer.key);
            }
        });
    }

    /**
     * A text that was said.
     *
     * @param number counts this side's texts of the session from 1
     * @param left those to whom it could not be said, since too much waits for them already
     */
    public record Said(long number, List<Long> left) {}

    /**
     * Says a text to all others. Blocks for a moment.
     *
     * @param answered what it answers; null for nothing
     */
    public Said say(String text, @Nullable AnsweredText answered) throws IOException, InterruptedException {
        return run(() -> {
            SessionLine.Text its = new SessionLine.Text(++said, text, answered);
            return new Said(
                    its.number(),
                    peers.values().stream()
                            .filter(peer -> !peer.isGone() && !peer.sendText(its))
                            .map(peer -> peer.user)
                            .toList());
        });
    }

    /**
     * Sends a file to another. Blocks until it has stored it.
     *
     * @param progress told how many bytes it has, or are under way
     * @return whether it was taken; false if it was declined
     * @throws TransferInterrupted if there is no connection, or it was cut
     * @throws IOException if it could not be read, or was not stored
     */
    public boolean send(long user, FileToSend file, LongConsumer progress) throws IOException, InterruptedException {
        FileSending sending = new FileSending(file);
        Future<QuicStreamChannel> opened = run(() -> {
            Peer peer = peers.get(user);
            return peer == null ? null : peer.openStream(sending);
        });
        if (opened == null || !opened.await().isSuccess()) {
            throw new TransferInterrupted();
        }
        return sending.run(opened.getNow(), progress);
    }

    public void typing() {
        toAll(new SessionLine.Typing());
    }

    /** Asks the other to end the session. */
    public void askToEnd() {
        toAll(new SessionLine.AskToEnd());
    }

    /** Answers the other's wish to end it. */
    public void answerEnd(boolean agrees) {
        toAll(new SessionLine.AnswerToEnd(agrees));
    }

    private void toAll(SessionLine speech) {
        execute(() -> peers.values().stream().filter(Peer::isUp).forEach(peer -> peer.send(speech)));
    }

    /** Returns those with whom there is a connection. Blocks for a moment. */
    public List<Long> connected() throws IOException, InterruptedException {
        return run(() -> peers.values().stream()
                .filter(Peer::isUp)
                .map(peer -> peer.user)
                .toList());
    }

    private <T extends @Nullable Object> T run(Callable<T> work) throws IOException, InterruptedException {
        try {
            return socket.loop().submit(work).get();
        } catch (RejectedExecutionException e) {
            throw new IOException("The direct session is closed.", e);
        } catch (ExecutionException e) {
            throw new IOException("The direct session has a fault: " + e.getCause(), e);
        }
    }

    /** Runs something on the event loop; nothing once the session is closed. */
    private void execute(Runnable work) {
        try {
            socket.loop().execute(work);
        } catch (RejectedExecutionException e) {
            // Closed: there is nobody left whom it could concern.
        }
    }

    /** Leaves the session: tells the others, and closes everything. */
    @Override
    public void close() {
        execute(() -> {
            peers.values().forEach(Peer::leave);
            var _ = socket.loop().schedule(socket::close, 2 * Peer.LEAVE_DELAY_MILLIS, TimeUnit.MILLISECONDS);
        });
    }

    /** Waits, for two seconds at most, until everything is closed and the others were told. Not on the event loop. */
    public void awaitClosed() {
        socket.awaitClosed();
    }
}
