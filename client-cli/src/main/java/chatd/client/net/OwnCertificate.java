package chatd.client.net;

import chatd.certs.Pem;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** A client certificate with its private key, for servers that ask for one. */
public record OwnCertificate(List<X509Certificate> chain, PrivateKey key) {
    private static final String ALIAS = "own";

    /**
     * Reads a certificate chain and its private key.
     *
     * @param certificate the file with the chain, PEM
     * @param key the file with the key, PEM, not encrypted
     * @throws ClientFailure if one of them can't be read; the message says why, and reveals nothing of the key
     */
    public static OwnCertificate read(Path certificate, Path key) {
        try {
            return new OwnCertificate(Pem.certificates(certificate), Pem.privateKey(key));
        } catch (NoSuchFileException e) {
            throw new ClientFailure(ClientFailure.FAILED, "There is no file " + e.getFile() + ".");
        } catch (IOException e) {
            throw new ClientFailure(ClientFailure.FAILED, e.getMessage() + ".");
        }
    }

    /** Presents the certificate, if there is one, on one connection, and records whether the server asked for it. */
    static final class CertificatePresenter extends X509ExtendedKeyManager {
        private final @Nullable OwnCertificate own;
        private volatile boolean asked;

        CertificatePresenter(@Nullable OwnCertificate own) {
            this.own = own;
        }

        /** Returns the likely reason why a server closed before sending anything; null if none is known. */
        @Nullable
        String suspicion() {
            return !asked
                    ? null
                    : own == null
                            ? "The server asks for a client certificate: name its file with --certificate."
                            : "The server does not accept the certificate that --certificate names.";
        }

        private @Nullable String recordRequest() {
            asked = true;
            return own == null ? null : ALIAS;
        }

        @Override
        public @Nullable String chooseClientAlias(String[] kinds, Principal[] issuers, Socket socket) {
            return recordRequest();
        }

        @Override
        public @Nullable String chooseEngineClientAlias(String[] kinds, Principal[] issuers, SSLEngine engine) {
            return recordRequest();
        }

        @Override
        public String @Nullable [] getClientAliases(String kind, Principal[] issuers) {
            return own == null ? null : new String[] {ALIAS};
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            return own == null ? null : own.chain().toArray(X509Certificate[]::new);
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            return own == null ? null : own.key();
        }

        @Override
        public String @Nullable [] getServerAliases(String kind, Principal[] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(String kind, Principal[] issuers, Socket socket) {
            return null;
        }
    }
}
