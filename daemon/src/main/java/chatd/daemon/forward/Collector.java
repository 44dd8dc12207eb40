package chatd.daemon.forward;

import chatd.audit.FileFailure;
import chatd.certs.Pem;
import chatd.certs.ServerNames;
import chatd.certs.TrustedRoots;
import chatd.daemon.config.Config;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.StringJoiner;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** A connection to the collector of the log, over TLS. Used by one thread; {@link #close} may be called by any. */
final class Collector implements Closeable {
    private static final int CONNECT_MILLIS = 10_000;

    /** How long the collector may take to read what is on its way, before it answers the end. */
    private static final int FINISH_MILLIS = 600_000;

    /** How many bytes a collector may say, which should say nothing. */
    private static final int MOST_SAID = 1 << 16;

    private static final int BUFFER = 1 << 16;

    private final Socket plain;
    private final SSLSocket socket;
    private final OutputStream out;

    private Collector(Socket plain, SSLSocket socket) throws IOException {
        this.plain = plain;
        this.socket = socket;
        this.out = new BufferedOutputStream(socket.getOutputStream(), BUFFER);
    }

    /**
     * Connects, and checks the collector's certificate. Blocks.
     *
     * @throws IOException if that fails; the message says why
     */
    static Collector connect(Config.Forward to) throws IOException {
        InetSocketAddress address = to.to().orElseThrow();
        String name = to.name().isEmpty() ? address.getHostString() : to.name();
        SSLContext context = context(to);
        Socket plain = connect(address);
        try {
            plain.setSoTimeout(CONNECT_MILLIS);
            plain.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, name, address.getPort(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return new Collector(plain, socket);
        } catch (SSLHandshakeException e) {
            plain.close();
            throw new IOException("TLS with " + name + " failed: " + e.getMessage(), e);
        } catch (SocketTimeoutException e) {
            plain.close();
            throw new IOException("it took the connection, and then did not answer for 10 seconds", e);
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    /** Connects to the first of its addresses that answers. */
    private static Socket connect(InetSocketAddress to) throws IOException {
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(to.getHostString());
        } catch (UnknownHostException e) {
            throw new IOException("no address is known for " + to.getHostString(), e);
        }
        StringJoiner failures = new StringJoiner("; ");
        for (InetAddress address : addresses) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(address, to.getPort()), CONNECT_MILLIS);
                return socket;
            } catch (IOException e) {
                socket.close();
                // Some builds of Java add that.
                String why = String.valueOf(e.getMessage()).replace(" (connect failed)", "");
                failures.add(ServerNames.shortened(address.getHostAddress()) + ": " + why);
            }
        }
        throw new IOException(failures.toString());
    }

    private static SSLContext context(Config.Forward to) throws IOException {
        try {
            TrustManager trust = to.ca().isPresent()
                    ? TrustedRoots.of(Pem.certificates(to.ca().get()))
                    : TrustedRoots.ofSystem("");
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(to), new TrustManager[] {trust}, null);
            return context;
        } catch (Pem.Unusable e) {
            throw e;
        } catch (IOException e) {
            throw new IOException("its certificates can't be read: " + FileFailure.describe(e), e);
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificates of audit.forward can't be used: " + e.getMessage(), e);
        }
    }

    private static KeyManager @Nullable [] keys(Config.Forward to) throws IOException, GeneralSecurityException {
        if (to.certificate().isEmpty() || to.key().isEmpty()) {
            return null;
        }
        Path certificate = to.certificate().get();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        // In memory alone, where a password would protect nothing.
        char[] password = new char[0];
        store.setKeyEntry(
                "daemon",
                Pem.privateKey(to.key().get()),
                password,
                Pem.certificates(certificate).toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, password);
        return factory.getKeyManagers();
    }

    /** Returns where messages are written; {@link #flush} sends them. */
    OutputStream out() {
        return out;
    }

    /** Sends what was written. Blocks while the collector does not read. */
    void flush() throws IOException {
        out.flush();
    }

    /**
     * Waits, and returns unless the collector ends the connection meanwhile.
     *
     * @throws IOException if it does
     */
    void await(int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            // A collector says nothing, so that this can only be its end.
            if (socket.getInputStream().read() < 0) {
                throw new EOFException("it has ended the connection");
            }
        } catch (SocketTimeoutException e) {
            // It is still there.
        }
    }

    /**
     * Ends the connection, and waits until the collector has answered: then it has read all of what was written. Blocks.
     *
     * @throws IOException if it ended the connection in another way, so that nobody knows what it has read
     */
    void finish() throws IOException {
        flush();
        try {
            socket.shutdownOutput();
            socket.setSoTimeout(FINISH_MILLIS);
            for (int said = 0; socket.getInputStream().read() >= 0; said++) {
                if (said > MOST_SAID) {
                    throw new IOException("it talks");
                }
            }
        } catch (IOException e) {
            throw new IOException(
                    "it did not answer the end of a connection as RFC 5425, 4.4, demands: " + e.getMessage(), e);
        }
        close();
    }

    /** Ends the connection at once. */
    @Override
    public void close() throws IOException {
        plain.close();
    }
}
