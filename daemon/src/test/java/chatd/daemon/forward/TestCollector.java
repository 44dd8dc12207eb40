package chatd.daemon.forward;

import chatd.certs.Pem;
import chatd.certs.TrustedRoots;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** A receiver of syslog over TLS that a test can stop, kill and start again. One connection at a time. */
final class TestCollector implements AutoCloseable {
    private final SSLContext context;
    private final int port;
    private final boolean asksForCertificate;
    private final List<ByteArrayOutputStream> connections = new CopyOnWriteArrayList<>();
    private final List<String> clients = new CopyOnWriteArrayList<>();
    private @Nullable ServerSocket server;
    private volatile @Nullable Socket current;

    @GuardedBy("this")
    private boolean isReading = true;

    /**
     * Begins to listen on a free port.
     *
     * @param certificates a directory with {@code ca.pem}, {@code server.pem} and {@code server.key}
     * @param asksForCertificate whether clients need a certificate of that authority
     */
    TestCollector(Path certificates, boolean asksForCertificate) throws IOException, GeneralSecurityException {
        this.asksForCertificate = asksForCertificate;
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "server",
                Pem.privateKey(certificates.resolve("server.key")),
                new char[0],
                Pem.certificates(certificates.resolve("server.pem")).toArray(Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, new char[0]);
        context = SSLContext.getInstance("TLS");
        context.init(
                keys.getKeyManagers(),
                new TrustManager[] {TrustedRoots.of(Pem.certificates(certificates.resolve("ca.pem")))},
                null);
        ServerSocket first = open(0);
        port = first.getLocalPort();
        listen(first);
    }

    private static ServerSocket open(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral("::1"), port));
        return socket;
    }

    int port() {
        return port;
    }

    /** Listens again after {@link #kill}. */
    void restart() throws IOException {
        listen(open(port));
    }

    private void listen(ServerSocket on) {
        server = on;
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    serve(on.accept());
                }
            } catch (IOException e) {
                // It was killed.
            }
        });
    }

    private void serve(Socket plain) {
        current = plain;
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        connections.add(received);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, null, port, true)) {
            socket.setUseClientMode(false);
            socket.setNeedClientAuth(asksForCertificate);
            socket.startHandshake();
            if (asksForCertificate) {
                clients.add(((X509Certificate) socket.getSession().getPeerCertificates()[0])
                        .getSubjectX500Principal()
                        .getName());
            }
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[4096];
            while (true) {
                awaitReading();
                int n = in.read(buffer);
                if (n < 0) {
                    return;
                }
                synchronized (received) {
                    received.write(buffer, 0, n);
                }
            }
        } catch (IOException e) {
            // The client's certificate was refused, or this was killed.
        }
    }

    /** Ends as a process that is killed: nothing is answered. */
    void kill() throws IOException {
        ServerSocket listening = server;
        Socket connected = current;
        if (listening != null) {
            listening.close();
        }
        if (connected != null) {
            connected.close();
        }
    }

    /** Stops reading, as a process that is stopped, or reads on. */
    synchronized void setReading(boolean reading) {
        isReading = reading;
        notifyAll();
    }

    private synchronized void awaitReading() throws IOException {
        try {
            while (!isReading) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Returns the messages of each connection so far. */
    List<List<String>> messages() {
        List<List<String>> all = new ArrayList<>();
        for (ByteArrayOutputStream connection : connections) {
            synchronized (connection) {
                all.add(Frames.split(connection.toByteArray()));
            }
        }
        return all;
    }

    /** Returns the lines that were received, in order; some may be there twice. */
    List<String> lines() {
        return messages().stream()
                .flatMap(List::stream)
                .map(message -> message.substring(message.indexOf(" - ", message.indexOf(" chatd - ") + 8) + 3))
                .toList();
    }

    /** Returns the subjects of the clients' certificates. */
    List<String> clients() {
        return clients;
    }

    @Override
    public void close() throws IOException {
        kill();
    }
}
