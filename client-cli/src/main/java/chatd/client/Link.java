package chatd.client;

import chatd.protocol.Chat1;
import chatd.protocol.Command;
import chatd.protocol.Event;
import chatd.protocol.FrameReader;
import chatd.protocol.MalformedFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.CertPathBuilderException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;
import org.jspecify.annotations.Nullable;

/** The TLS connection to the daemon, as commands out and events in. One thread may write while another reads. */
final class Link implements Closeable {
    private static final int CONNECT_MILLIS = 10_000;
    private static final String[] GROUPS = {"X25519MLKEM768", "x25519", "secp256r1", "secp384r1"};

    private final Chat1 codec = new Chat1();
    private final SSLSocket socket;
    private final InputStream in;
    private final OutputStream out;
    private final FrameReader<Event> reader = codec.eventReader();
    private final ByteBuf received = Unpooled.buffer(1 << 14);

    private Link(SSLSocket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    /**
     * Connects, and checks who answers.
     *
     * @param authorities a PEM file, or null for those that the system trusts
     * @throws Failure where nobody answers, or the certificate is not vouched for
     */
    static Link connect(Address address, @Nullable Path authorities) {
        SSLSocket socket = null;
        try {
            Socket plain = new Socket();
            plain.setTcpNoDelay(true);
            plain.connect(new InetSocketAddress(address.host(), address.port()), CONNECT_MILLIS);
            socket = (SSLSocket)
                    context(authorities).getSocketFactory().createSocket(plain, address.host(), address.port(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
            parameters.setNamedGroups(GROUPS);
            parameters.setApplicationProtocols(new String[] {Chat1.ALPN});
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return new Link(socket);
        } catch (UnknownHostException e) {
            throw new Failure(Failure.NO_SERVER, "There is no host called " + address.host() + ".");
        } catch (ConnectException | java.net.SocketTimeoutException e) {
            throw new Failure(
                    Failure.NO_SERVER,
                    "Nobody answers at " + address.host() + " port " + address.port() + ". Is the daemon running?");
        } catch (IOException | GeneralSecurityException e) {
            shut(socket);
            throw new Failure(
                    Failure.NO_SERVER,
                    isAboutCertificate(e)
                            ? "The server's certificate is not vouched for: " + root(e)
                                    + ".\nName the authority that vouches for it with --ca FILE."
                            : "The connection failed: " + root(e) + ".");
        }
    }

    private static boolean isAboutCertificate(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof CertificateException || e instanceof CertPathBuilderException) {
                return true;
            }
        }
        return false;
    }

    private static void shut(@Nullable SSLSocket socket) {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                // It is not used any more.
            }
        }
    }

    private static String root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    private static SSLContext context(@Nullable Path authorities) throws GeneralSecurityException, IOException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        if (authorities == null) {
            trust.init((KeyStore) null);
        } else {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            try (InputStream file = Files.newInputStream(authorities)) {
                int n = 0;
                for (Certificate certificate :
                        CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                    store.setCertificateEntry("authority" + n++, certificate);
                }
            } catch (java.nio.file.NoSuchFileException e) {
                throw new Failure(Failure.NO_SERVER, "There is no file " + authorities + " (--ca).");
            }
            trust.init(store);
        }
        // Last of all: the ciphers stay the JDK's; signatures by RSA-PSS and Ed25519 are found only under its names.
        Security.addProvider(new BouncyCastleProvider());
        SSLContext context =
                SSLContext.getInstance("TLS", new BouncyCastleJsseProvider(false, new JcaTlsCryptoProvider()));
        context.init(null, trust.getTrustManagers(), new SecureRandom());
        return context;
    }

    /** Sends a command; of a file the head alone. */
    synchronized void send(Command command) throws IOException {
        ByteBuf frame = codec.write(command, UnpooledByteBufAllocator.DEFAULT);
        try {
            frame.readBytes(out, frame.readableBytes());
            out.flush();
        } finally {
            frame.release();
        }
    }

    /** Sends a file: its head, then its content as it is read. */
    synchronized void send(Command.SendFile head, InputStream content) throws IOException {
        send(head);
        byte[] chunk = new byte[1 << 16];
        long left = head.size();
        while (left > 0) {
            int n = content.read(chunk, 0, (int) Math.min(chunk.length, left));
            if (n < 0) {
                throw new IOException("the file became shorter while it was sent");
            }
            out.write(chunk, 0, n);
            left -= n;
        }
        out.flush();
    }

    /**
     * The next event; blocks.
     *
     * @return null at the end of the connection
     * @throws IOException where it is lost, or what comes is no {@code chat/1}
     */
    @Nullable
    Event next() throws IOException {
        while (true) {
            Event event;
            try {
                event = reader.next(received, true);
            } catch (MalformedFrame e) {
                throw new IOException("the server does not speak chat/1: " + e.what(), e);
            }
            if (event != null) {
                return event;
            }
            received.discardSomeReadBytes();
            int n;
            try {
                n = received.writeBytes(in, 1 << 14);
            } catch (SocketException e) {
                return null;
            }
            if (n < 0) {
                return null;
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
