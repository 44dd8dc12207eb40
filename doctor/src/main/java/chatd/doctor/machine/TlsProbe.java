package chatd.doctor.machine;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Connects to a port and begins TLS there, without sending anything. Blocks. */
public final class TlsProbe {
    private static final int LIMIT_MILLIS = 3_000;

    private TlsProbe() {}

    /** Accepts every certificate: only whether the server answers is of interest here. */
    private static final class AnyCertificate implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** Returns why no TLS connection can be made; empty if one can. */
    public static String failure(InetSocketAddress to) {
        try (Socket socket = new Socket()) {
            socket.connect(to, LIMIT_MILLIS);
            socket.setSoTimeout(LIMIT_MILLIS);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new AnyCertificate()}, new SecureRandom());
            try (SSLSocket tls = (SSLSocket) context.getSocketFactory()
                    .createSocket(socket, to.getAddress().getHostAddress(), to.getPort(), true)) {
                tls.startHandshake();
            }
            return "";
        } catch (IOException | GeneralSecurityException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Returns whether somebody listens there. */
    public static boolean isTaken(InetSocketAddress at) {
        try (Socket socket = new Socket()) {
            socket.connect(at, LIMIT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
