package chatd.client.net;

import chatd.protocol.chat1.Chat1;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
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
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import jdk.net.ExtendedSocketOptions;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsFatalAlertReceived;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;
import org.jspecify.annotations.Nullable;

/** A TLS connection to the daemon, for any dialect. One thread may write while another reads. */
final class TlsConnection implements Closeable {
    private static final int CONNECT_MILLIS = 10_000;
    private static final String[] GROUPS = {"X25519MLKEM768", "x25519", "secp256r1", "secp384r1"};

    private final Socket plain;
    private final SSLSocket socket;
    private final String dialect;
    private final OwnCertificate.CertificatePresenter shown;
    /** Whether the server has sent anything: with TLS 1.3 it validates our certificate after the handshake. */
    private volatile boolean heard;

    private TlsConnection(Socket plain, SSLSocket socket, String dialect, OwnCertificate.CertificatePresenter shown) {
        this.plain = plain;
        this.socket = socket;
        this.dialect = dialect;
        this.shown = shown;
    }

    /**
     * Connects, and checks the server's certificate.
     *
     * @param own presented if the server asks for one; null for none
     * @param dialects their ALPN names, the preferred one first
     * @throws UnknownServer if the user may decide whether to trust the server
     * @throws ClientFailure if nobody answers, the certificate is not trusted, or the server speaks none of the
     *     dialects
     */
    static TlsConnection connect(Address server, Trust trust, @Nullable OwnCertificate own, List<String> dialects)
            throws UnknownServer {
        Socket plain = openSocket(server);
        Trust.Check check = trust.check(server);
        OwnCertificate.CertificatePresenter shown = new OwnCertificate.CertificatePresenter(own);
        try {
            SSLSocket socket = (SSLSocket)
                    context(check, shown).getSocketFactory().createSocket(plain, server.host(), server.port(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
            parameters.setNamedGroups(GROUPS);
            parameters.setApplicationProtocols(dialects.toArray(String[]::new));
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(CONNECT_MILLIS);
            socket.startHandshake();
            socket.setSoTimeout(0);
            String negotiated = socket.getApplicationProtocol();
            String chosen = negotiated.isEmpty() ? Chat1.ALPN : negotiated;
            if (!dialects.contains(chosen)) {
                closeQuietly(plain);
                throw wrongProtocol(server, dialects);
            }
            return new TlsConnection(plain, socket, chosen, shown);
        } catch (IOException | GeneralSecurityException e) {
            closeQuietly(plain);
            UnknownServer unknown = check.unknown();
            if (unknown != null) {
                throw unknown;
            }
            if (e instanceof TlsFatalAlertReceived alert
                    && alert.getAlertDescription() == AlertDescription.no_application_protocol) {
                throw wrongProtocol(server, dialects);
            }
            String refusal = check.refusalReason() == null ? shown.suspicion() : check.refusalReason();
            throw new ClientFailure(
                    ClientFailure.NO_SERVER, refusal == null ? describeFailure(server, rootCause(e)) : refusal);
        }
    }

    private static String describeFailure(Address server, Throwable root) {
        return switch (root) {
            case InterruptedIOException silence -> "The server at " + server.server() + " does not answer.";
            case SocketException broken -> "The connection to " + server.server() + " broke off.";
            // Reported by the library if the connection ends without an alert.
            case TlsFatalAlert alert
            when alert.getAlertDescription() == AlertDescription.handshake_failure ->
                "The connection to " + server.server() + " broke off.";
            default -> {
                String what = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
                yield "No TLS connection to " + server.server() + ": " + what + ".";
            }
        };
    }

    private static ClientFailure wrongProtocol(Address server, List<String> dialects) {
        return new ClientFailure(
                ClientFailure.NO_SERVER,
                "The server at " + server.server() + " does not speak " + String.join(" or ", dialects)
                        + ": it is older, or not a chatd.");
    }

    /**
     * Initialises what the first connection needs, which takes a fifth of a second: curves, algorithms, providers.
     * Meant for a second thread while the arguments are parsed; without it, connecting only takes longer.
     */
    static void prepare() {
        try {
            context(null, null);
            KeyPairGenerator curve = KeyPairGenerator.getInstance("EC");
            curve.initialize(new ECGenParameterSpec("secp256r1"));
            curve.generateKeyPair();
            KeyPairGenerator.getInstance("ML-KEM-768").generateKeyPair();
        } catch (GeneralSecurityException e) {
            // The connection attempt will report it.
        }
    }

    /** Tries all addresses of the host, in the system's order. */
    private static Socket openSocket(Address server) {
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(server.host());
        } catch (UnknownHostException e) {
            throw new ClientFailure(ClientFailure.NO_SERVER, "There is no host called " + server.host() + ".");
        }
        for (InetAddress address : addresses) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(address, server.port()), CONNECT_MILLIS);
                socket.setTcpNoDelay(true);
                // Detects within 20 s that the peer of an idle connection has vanished.
                socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 10);
                socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 5);
                socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 2);
                return socket;
            } catch (IOException | UnsupportedOperationException e) {
                closeQuietly(socket);
            }
        }
        throw new ClientFailure(
                ClientFailure.NO_SERVER,
                "Nobody answers at " + server.host() + " port " + server.port() + ". Is the daemon running?");
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is not used any more.
        }
    }

    private static Throwable rootCause(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static SSLContext context(@Nullable TrustManager trust, @Nullable KeyManager keys)
            throws GeneralSecurityException {
        // Added last, so that the JDK's own algorithms take precedence.
        Security.addProvider(new PssSignatures());
        SSLContext context =
                SSLContext.getInstance("TLS", new BouncyCastleJsseProvider(false, new JcaTlsCryptoProvider()));
        context.init(
                keys == null ? null : new KeyManager[] {keys},
                trust == null ? null : new TrustManager[] {trust},
                new SecureRandom());
        return context;
    }

    SSLSocket socket() {
        return socket;
    }

    /** Returns the name of the negotiated dialect. */
    String dialect() {
        return dialect;
    }

    /** Records that the server has sent something. */
    void recordHeard() {
        heard = true;
    }

    /**
     * Returns the exception for a lost connection; its message is a sentence.
     *
     * @throws ClientFailure if a likely reason is known
     */
    IOException lossException(IOException cause) {
        String suspicion = heard ? null : shown.suspicion();
        if (suspicion != null) {
            throw new ClientFailure(ClientFailure.NO_SERVER, suspicion);
        }
        return new IOException("The connection broke off.", cause);
    }

    /** A read from the connection. */
    interface Reading<T> {
        @Nullable
        T read() throws IOException;
    }

    /** Reads with a timeout; also returns null if nothing arrives within {@code timeout}. */
    <T> @Nullable T readWithTimeout(Duration timeout, Reading<T> reading) throws IOException {
        try {
            socket.setSoTimeout((int) timeout.toMillis());
        } catch (SocketException e) {
            throw lossException(e);
        }
        try {
            return reading.read();
        } catch (InterruptedIOException e) {
            return null;
        } finally {
            try {
                socket.setSoTimeout(0);
            } catch (SocketException e) {
                // The connection is lost: the next read reports it, if this one has not.
            }
        }
    }

    /** Closes the connection cleanly; may wait for a write in progress. */
    @Override
    public void close() {
        closeQuietly(socket);
    }

    /** Returns whether this machine has lost the connection's local address. */
    boolean isStranded() {
        InetAddress own = plain.getLocalAddress();
        try {
            return !own.isAnyLocalAddress() && NetworkInterface.getByInetAddress(own) == null;
        } catch (SocketException e) {
            return false;
        }
    }

    /** Closes the connection at once, even during a write. May be called from any thread. */
    void abort() {
        closeQuietly(plain);
    }
}
