package chatd.client.net;

import chatd.certs.Fingerprint;
import chatd.certs.Pem;
import chatd.certs.ServerNames;
import chatd.certs.TrustedRoots;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a server is trusted: if the user named a key, only by that; otherwise because the user accepted its
 * key, or an authority vouches for it. An expired certificate, or one for another name, is never trusted. Immutable;
 * each connection has its own {@link Check}.
 */
public final class Trust {
    /** The OID of the extended key usage {@code serverAuth}. */
    private static final String FOR_SERVERS = "1.3.6.1.5.5.7.3.1";

    private final @Nullable Path authorities;
    private final Optional<Fingerprint> pinned;
    private final KnownHosts known;

    /**
     * @param authorities a PEM file to use instead of the system's authorities; null for the system's
     * @param pinned the only key to trust, whatever the authorities say
     */
    public Trust(@Nullable Path authorities, Optional<Fingerprint> pinned, KnownHosts known) {
        this.authorities = authorities;
        this.pinned = pinned;
        this.known = known;
    }

    /** Returns a check of one connection to a server. */
    Check check(Address server) {
        return new Check(server);
    }

    private X509ExtendedTrustManager roots() throws GeneralSecurityException, IOException {
        if (authorities != null) {
            try {
                return TrustedRoots.of(Pem.certificates(authorities));
            } catch (NoSuchFileException e) {
                throw new IOException("there is no file " + authorities + " (--ca)", e);
            }
        }
        return TrustedRoots.ofSystem(System.getenv().getOrDefault("SSL_CERT_FILE", ""));
    }

    /** Checks the certificate of one connection's server, and keeps the reason for a refusal, for the user. */
    final class Check extends X509ExtendedTrustManager {
        private final Address server;
        private @Nullable UnknownServer unknown;
        private @Nullable String refusalReason;

        private Check(Address server) {
            this.server = server;
        }

        /** Returns the server if the user may decide whether to trust it, else null. */
        @Nullable
        UnknownServer unknown() {
            return unknown;
        }

        /** Returns why the certificate is refused, a sentence, if the user may not decide; else null. */
        @Nullable
        String refusalReason() {
            return refusalReason;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket)
                throws CertificateException {
            try {
                checkDates(chain[0]);
                checkName(chain, kind, socket);
                checkIdentity(chain, kind, socket);
            } catch (IOException | GeneralSecurityException e) {
                throw refuse("The server's certificate can't be checked: " + e.getMessage() + ".");
            }
        }

        private CertificateException refuse(String why) {
            if (refusalReason == null && unknown == null) {
                refusalReason = why;
            }
            return new CertificateException(why);
        }

        private void checkDates(X509Certificate certificate) throws CertificateException {
            try {
                certificate.checkValidity();
            } catch (CertificateExpiredException e) {
                throw refuse("The server's certificate, or one that vouches for it, expired on "
                        + certificate.getNotAfter().toInstant() + ". Its administrator has to renew it.");
            } catch (CertificateNotYetValidException e) {
                throw refuse("The server's certificate is not valid before "
                        + certificate.getNotBefore().toInstant() + ". Is this machine's clock right?");
            }
        }

        /**
         * Checks purpose and host name, with the certificate itself as the trust anchor, so that nothing else can fail.
         */
        private void checkName(X509Certificate[] chain, String kind, Socket socket)
                throws GeneralSecurityException, IOException {
            List<String> uses = chain[0].getExtendedKeyUsage();
            if (uses != null && !uses.contains(FOR_SERVERS)) {
                throw refuse("The server's certificate is not a server certificate.");
            }
            try {
                TrustedRoots.of(List.of(chain[0])).checkServerTrusted(chain, kind, socket);
            } catch (CertificateException e) {
                throw refuse("The server's certificate is not for " + server.host() + ", but for "
                        + String.join(", ", ServerNames.of(chain[0])) + " (" + e.getMessage()
                        + "). Use one of its names.");
            }
        }

        private void checkIdentity(X509Certificate[] chain, String kind, Socket socket)
                throws GeneralSecurityException, IOException {
            Fingerprint shown = Fingerprint.of(chain[0].getPublicKey());
            if (pinned.isPresent()) {
                if (!pinned.get().equals(shown)) {
                    throw refuse("The server's key is not the one named. Its fingerprint is\n" + shown);
                }
                return;
            }
            Optional<Fingerprint> remembered = known.key(server);
            if (remembered.isPresent() && remembered.get().equals(shown)) {
                return;
            }
            try {
                roots().checkServerTrusted(chain, kind, socket);
            } catch (CertificateException e) {
                // Nor may the user decide about an expired intermediate certificate.
                for (X509Certificate certificate : chain) {
                    checkDates(certificate);
                }
                throw unvouched(shown, remembered.isPresent());
            }
            try {
                known.recordVouchedFor(server);
            } catch (IOException e) {
                // Only the record could not be written; the server is trusted all the same.
            }
        }

        private CertificateException unvouched(Fingerprint shown, boolean otherKey) throws IOException {
            if (otherKey) {
                return refuse("The server's key differs from the one you accepted: somebody may be intercepting the"
                        + " connection, or the key was replaced. Its fingerprint is now\n" + shown
                        + "\nAsk the administrator for the right one (`chat-admin cert show`). If it is this one,"
                        + " remove the line of " + server.server() + " from " + known.file() + ".");
            }
            if (known.wasVouchedFor(server)) {
                return refuse("No authority vouches for the server's certificate, but one once did: somebody may be"
                        + " intercepting the connection. Name the authority with --ca FILE; if it has none any more,"
                        + " remove the line of " + server.server() + " from " + known.file() + ".");
            }
            unknown = new UnknownServer(shown);
            return new CertificateException(String.valueOf(unknown.getMessage()));
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
            throw refuse("The server's certificate can't be checked without its connection.");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
                throws CertificateException {
            checkServerTrusted(chain, kind);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
            throw new CertificateException("this is no server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket)
                throws CertificateException {
            checkClientTrusted(chain, kind);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
                throws CertificateException {
            checkClientTrusted(chain, kind);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
