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

/** A certificate of one's own, with its key, for servers that ask for one. */
public record OwnCertificate(List<X509Certificate> chain, PrivateKey key) {
    private static final String ALIAS = "own";

    /**
     * Reads it.
     *
     * @param certificate the chain, PEM
     * @param key PEM, not encrypted
     * @throws Failure where it can't be read; the text says what, and nothing of the key
     */
    public static OwnCertificate read(Path certificate, Path key) {
        try {
            return new OwnCertificate(Pem.certificates(certificate), Pem.privateKey(key));
        } catch (NoSuchFileException e) {
            throw new ClientFailure(ClientFailure.NO, "There is no file " + e.getFile() + ".");
        } catch (IOException e) {
            throw new ClientFailure(ClientFailure.NO, e.getMessage() + ".");
        }
    }

    /** Shows it, or none, on one connection; and knows whether the server has asked. */
    static final class Shown extends X509ExtendedKeyManager {
        private final @Nullable OwnCertificate own;
        private volatile boolean asked;

        Shown(@Nullable OwnCertificate own) {
            this.own = own;
        }

        /** What is probably wrong with a server that goes away before it has said anything; null for nothing known. */
        @Nullable
        String suspicion() {
            return !asked
                    ? null
                    : own == null
                            ? "The server wants a certificate of yours: name its file with --certificate."
                            : "The server does not take the certificate that --certificate names.";
        }

        private @Nullable String asked() {
            asked = true;
            return own == null ? null : ALIAS;
        }

        @Override
        public @Nullable String chooseClientAlias(String[] kinds, Principal[] issuers, Socket socket) {
            return asked();
        }

        @Override
        public @Nullable String chooseEngineClientAlias(String[] kinds, Principal[] issuers, SSLEngine engine) {
            return asked();
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
