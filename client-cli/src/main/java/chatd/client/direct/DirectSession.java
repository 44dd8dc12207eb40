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
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One side of a direct session (page {@code direct.md}): a mesh of connections to the others, each of whom must prove to have
 * the key that the daemon introduced. Keeps nothing. Methods may be called from any thread, and do not block unless they say
 * so; the listener is called on the session's event loop, and must not block.
 */
public final class DirectSession implements AutoCloseable {
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
    private final OwnAddresses addresses;

    /** The other sides by their numbers. Event loop. */
    private final Map<Long, Peer> peers = new LinkedHashMap<>();

    private final IntroducedKeys keys = new IntroducedKeys();

    private final Duration timeout;
    private long said;

    /**
     * @param session its number, 32 hexadecimal digits
     * @param timeout how long a way to another side is sought, before it is given up or sought again
     * @throws IOException if this machine can't have direct sessions; the message says why
     */
    public DirectSession(String session, Duration timeout, Listener listener) throws IOException {
        this.session = session;
        this.timeout = timeout;
        this.listener = listener;
        // Before the socket, on which answers may arrive at once.
        this.addresses = new OwnAddresses(session, key);
        this.socket = new DirectSocket(key, keys, new Reception());
    }

    Duration timeout() {
        return timeout;
    }

    private final class Reception implements DirectSocket.Handler {
        @Override
        public void datagram(Datagram datagram, InetSocketAddress from) {
            switch (datagram.kind()) {
                case ANSWER -> addresses.answered(datagram);
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
                    Optional<Peer> peer = of(connection).filter(found -> !found.isInitiator && !found.isGone());
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
        String text = Peer.keyOf(connection);
        return peers.values().stream().filter(peer -> peer.key.equals(text)).findFirst();
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

    /**
     * Returns at which addresses this side may be reached, as this machine knows them and the daemon sees them. Blocks, for
     * a second at most.
     *
     * @param daemon where it answers by UDP; one address of each kind
     */
    public Endpoint endpoint(Collection<InetSocketAddress> daemon) throws IOException, InterruptedException {
        return addresses.endpoint(socket, daemon);
    }

    OwnAddresses addresses() {
        return addresses;
    }

    DirectSocket socket() {
        return socket;
    }

    String fingerprint() {
        return key.fingerprint();
    }

    /** Returns this machine's addresses, as people read them. */
    public static List<String> ownAddresses() {
        return OwnAddresses.texts();
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
        return socket.run(() -> {
            SessionLine.Text found = new SessionLine.Text(++said, text, answered);
            return new Said(
                    found.number(),
                    peers.values().stream()
                            .filter(peer -> !peer.isGone() && !peer.sendText(found))
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
        Future<QuicStreamChannel> opened = socket.run(() -> {
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
        return socket.run(() -> peers.values().stream()
                .filter(Peer::isUp)
                .map(peer -> peer.user)
                .toList());
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
