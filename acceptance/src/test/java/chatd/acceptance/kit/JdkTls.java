package chatd.acceptance.kit;

import chatd.fixtures.TestTimeout;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** The JDK's own TLS, trusting one CA and checking the host's name. Any thread. */
public record JdkTls(SSLContext context) {

    static {
        // Makes the end of a stream without close_notify an error.
        System.setProperty("com.sun.net.ssl.requireCloseNotify", "true");
    }

    public static JdkTls trusting(Path ca) {
        try (InputStream pem = Files.newInputStream(ca)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry("ca" + number++, certificate);
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return new JdkTls(context);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Connects and completes the handshake, offering these protocols by ALPN (none = no ALPN at all). */
    public SSLSocket connect(String host, int port, String... alpn) {
        return connect(host, port, new SSLParameters(), alpn);
    }

    public SSLSocket connect(String host, int port, SSLParameters parameters, String... alpn) {
        parameters.setApplicationProtocols(alpn);
        return open(new InetSocketAddress(0), new InetSocketAddress(host, port), parameters);
    }

    public SSLSocket connectFrom(String address, String host, int port, String... alpn) {
        var parameters = new SSLParameters();
        parameters.setApplicationProtocols(alpn);
        return open(new InetSocketAddress(address, 0), new InetSocketAddress(host, port), parameters);
    }

    /** As {@link #connect}, on a socket that is connected already. */
    public SSLSocket connectOver(Socket plain, String host, String... alpn) throws IOException {
        var socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, plain.getPort(), true);
        var parameters = new SSLParameters();
        parameters.setApplicationProtocols(alpn);
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        plain.setTcpNoDelay(true);
        plain.setSoTimeout(TestTimeout.MILLIS);
        socket.startHandshake();
        return socket;
    }

    private SSLSocket open(InetSocketAddress from, InetSocketAddress to, SSLParameters parameters) {
        try {
            var socket = (SSLSocket) context.getSocketFactory().createSocket();
            try {
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(TestTimeout.MILLIS);
                // An explicit bind would take a port that a listener could be given, and hold it
                // for a minute (TIME_WAIT).
                if (!from.getAddress().isAnyLocalAddress()) {
                    socket.bind(from);
                }
                socket.connect(to, 10_000);
                socket.startHandshake();
                return socket;
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
