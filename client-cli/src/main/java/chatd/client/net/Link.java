package chatd.client.net;

import chatd.protocol.Chat1;
import chatd.protocol.Command;
import chatd.protocol.Event;
import chatd.protocol.FrameReader;
import chatd.protocol.Limits;
import chatd.protocol.MalformedFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Security;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import jdk.net.ExtendedSocketOptions;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;
import org.jspecify.annotations.Nullable;

/** The TLS connection to the daemon, as commands out and events in. One thread may write while another reads. */
public final class Link implements Closeable {
    private static final int CONNECT_MILLIS = 10_000;
    private static final int CHUNK = 1 << 16;

    /** Of one frame that is held in memory: the roster of a million, and far more than any text. */
    private static final long LONGEST = 40L << 20;

    private static final String[] GROUPS = {"X25519MLKEM768", "x25519", "secp256r1", "secp384r1"};

    private final Chat1 codec;
    private final OwnCertificate.Shown shown;
    private final Socket plain;
    private final SSLSocket socket;
    private final InputStream in;
    private final OutputStream out;
    private final FrameReader<Event> reader;
    /** Whether the server has said anything: with TLS 1.3 it judges our certificate after the handshake. */
    private volatile boolean heard;

    private final ByteBuf received = Unpooled.buffer(CHUNK);

    private Link(Socket plain, SSLSocket socket, OwnCertificate.Shown shown, Chat1 codec) throws IOException {
        this.shown = shown;
        this.plain = plain;
        this.socket = socket;
        this.codec = codec;
        this.reader = codec.eventReader();
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    /** Where links lead. */
    public interface To {
        /**
         * Connects, and checks who answers.
         *
         * @throws UnknownServer where a person may decide
         * @throws Failure where nobody answers, or the certificate is not to be believed
         */
        Link connect() throws UnknownServer;
    }

    /**
     * @param own shown where the server asks for one; null for none
     * @param wire the zone of the times that the server sends; ours send UTC
     */
    public static To to(Address server, Trust trust, @Nullable OwnCertificate own, ZoneId wire) {
        Chat1 codec = new Chat1(Limits.DEFAULT, wire);
        return () -> connect(server, trust, own, codec);
    }

    /** Connects now, beside whatever else there is to do; the first that asks for a link gets that one. */
    public static To ahead(To server) {
        FutureTask<Link> first = new FutureTask<>(server::connect);
        Thread.ofPlatform().daemon().name("connect").start(first);
        AtomicBoolean isTaken = new AtomicBoolean();
        return () -> isTaken.compareAndSet(false, true) ? taken(first) : server.connect();
    }

    private static Link taken(FutureTask<Link> first) throws UnknownServer {
        try {
            return first.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case UnknownServer unknown -> throw unknown;
                case Failure failure -> throw failure;
                case null, default -> throw new IllegalStateException(e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Failure.NO_SERVER, "Interrupted.");
        }
    }

    private static Link connect(Address server, Trust trust, @Nullable OwnCertificate own, Chat1 codec)
            throws UnknownServer {
        Socket plain = reach(server);
        Trust.Check check = trust.check(server);
        OwnCertificate.Shown shown = new OwnCertificate.Shown(own);
        try {
            SSLSocket socket = (SSLSocket)
                    context(check, shown).getSocketFactory().createSocket(plain, server.host(), server.port(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
            parameters.setNamedGroups(GROUPS);
            parameters.setApplicationProtocols(new String[] {Chat1.ALPN});
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(CONNECT_MILLIS);
            socket.startHandshake();
            socket.setSoTimeout(0);
            return new Link(plain, socket, shown, codec);
        } catch (IOException | GeneralSecurityException e) {
            shut(plain);
            UnknownServer unknown = check.unknown();
            if (unknown != null) {
                throw unknown;
            }
            String refusal = check.refusal() == null ? shown.suspicion() : check.refusal();
            throw new Failure(
                    Failure.NO_SERVER,
                    refusal == null ? "No TLS connection to " + server.server() + ": " + root(e) + "." : refusal);
        }
    }

    /**
     * Makes ready what the first connection needs and takes a fifth of a second: curves, algorithms, providers. For a
     * thread beside the one that reads the arguments; to leave it out changes nothing but the time.
     */
    public static void prepare() {
        try {
            context(null, null);
            KeyPairGenerator curve = KeyPairGenerator.getInstance("EC");
            curve.initialize(new ECGenParameterSpec("secp256r1"));
            curve.generateKeyPair();
            KeyPairGenerator.getInstance("ML-KEM-768").generateKeyPair();
        } catch (GeneralSecurityException e) {
            // The connection will say what is wrong.
        }
    }

    /** Tries all addresses of the host, in the system's order. */
    private static Socket reach(Address server) {
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(server.host());
        } catch (UnknownHostException e) {
            throw new Failure(Failure.NO_SERVER, "There is no host called " + server.host() + ".");
        }
        for (InetAddress address : addresses) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(address, server.port()), CONNECT_MILLIS);
                socket.setTcpNoDelay(true);
                // A peer that is gone without a word is found within a minute.
                socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 30);
                socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 10);
                socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 3);
                return socket;
            } catch (IOException | UnsupportedOperationException e) {
                shut(socket);
            }
        }
        throw new Failure(
                Failure.NO_SERVER,
                "Nobody answers at " + server.host() + " port " + server.port() + ". Is the daemon running?");
    }

    private static void shut(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is not used any more.
        }
    }

    private static String root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    private static SSLContext context(@Nullable TrustManager trust, @Nullable KeyManager keys)
            throws GeneralSecurityException {
        // Last of all: what the JDK has stays the JDK's.
        Security.addProvider(new PssSignatures());
        SSLContext context =
                SSLContext.getInstance("TLS", new BouncyCastleJsseProvider(false, new JcaTlsCryptoProvider()));
        context.init(
                keys == null ? null : new KeyManager[] {keys},
                trust == null ? null : new TrustManager[] {trust},
                new SecureRandom());
        return context;
    }

    /**
     * Sends commands in one go; of a file the head alone.
     *
     * @throws IllegalArgumentException where a value fits no packet: nothing of that command has gone
     */
    public void send(List<Command> commands) throws IOException {
        synchronized (out) {
            try {
                for (Command command : commands) {
                    ByteBuf frame = codec.write(command, UnpooledByteBufAllocator.DEFAULT);
                    try {
                        frame.readBytes(out, frame.readableBytes());
                    } finally {
                        frame.release();
                    }
                }
                out.flush();
            } catch (IOException e) {
                throw lost(e);
            }
        }
    }

    /**
     * Sends a file: its head, then its content as it is read. What was begun can't be taken back: whoever gives up on
     * it closes the link.
     *
     * @param sent is told after each piece how many bytes have gone; it may throw to give up
     */
    public void send(Command.SendFile head, InputStream content, LongConsumer sent) throws IOException {
        synchronized (out) {
            send(List.of(head));
            byte[] chunk = new byte[CHUNK];
            long left = head.size();
            while (left > 0) {
                int n = content.read(chunk, 0, (int) Math.min(chunk.length, left));
                if (n < 0) {
                    throw new IOException("the file became shorter while it was sent");
                }
                out.write(chunk, 0, n);
                left -= n;
                sent.accept(head.size() - left);
            }
            out.flush();
        }
    }

    /**
     * The next event; blocks.
     *
     * @return null where the server closed in good order
     * @throws IOException with a sentence, where the connection is lost, or what comes is no {@code chat/1}
     */
    public @Nullable Event next() throws IOException {
        while (true) {
            try {
                Event event = reader.next(received, true);
                if (event != null) {
                    return event;
                }
            } catch (MalformedFrame e) {
                throw new IOException("The server does not speak chat/1: " + e.what() + ".", e);
            }
            if (reader.awaited() > LONGEST) {
                throw new IOException("The server sends a packet of " + reader.awaited() + " bytes.");
            }
            received.discardSomeReadBytes();
            try {
                if (received.writeBytes(in, CHUNK) < 0) {
                    return null;
                }
                heard = true;
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                throw lost(new IOException("The connection broke off.", e));
            }
        }
    }

    /**
     * What to throw for a connection that is lost.
     *
     * @throws Failure where there is more to be said
     */
    private IOException lost(IOException why) {
        String suspicion = heard ? null : shown.suspicion();
        if (suspicion != null) {
            throw new Failure(Failure.NO_SERVER, suspicion);
        }
        return why;
    }

    /** Like {@link #next()}; null too where nothing comes for so long. */
    public @Nullable Event next(Duration patience) throws IOException {
        try {
            socket.setSoTimeout((int) patience.toMillis());
        } catch (SocketException e) {
            throw lost(e);
        }
        try {
            return next();
        } catch (InterruptedIOException e) {
            return null;
        } finally {
            try {
                socket.setSoTimeout(0);
            } catch (SocketException e) {
                // It is lost: the next read says so, if this one has not.
            }
        }
    }

    /** Ends it in good order; may wait for what is being written. */
    @Override
    public void close() {
        shut(socket);
    }

    /** Ends it at once, from any thread, whatever is being written. */
    public void abort() {
        shut(plain);
    }
}
