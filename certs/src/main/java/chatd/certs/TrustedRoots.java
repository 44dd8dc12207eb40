package chatd.certs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** The authorities that this machine trusts: Java's, and the system's. They are read when they are asked for. */
final class TrustedRoots {
    /** Where Debian and its relatives, and where Fedora and its relatives keep them. */
    private static final List<Path> OF_THE_SYSTEM =
            List.of(Path.of("/etc/ssl/certs/ca-certificates.crt"), Path.of("/etc/pki/tls/certs/ca-bundle.crt"));

    private TrustedRoots() {}

    /**
     * Returns whether a chain is complete: its last certificate is its own issuer, or a root has issued one of it, behind
     * which there may be others for those who have older roots.
     */
    static boolean isComplete(List<X509Certificate> chain) {
        X509Certificate last = chain.getLast();
        return last.getIssuerX500Principal().equals(last.getSubjectX500Principal()) || hasRootFor(chain);
    }

    /** Returns whether a root has issued one of these certificates. */
    static boolean hasRootFor(List<X509Certificate> chain) {
        List<X509Certificate> roots = all();
        return chain.stream()
                .anyMatch(issued -> roots.stream()
                        .anyMatch(root -> root.getSubjectX500Principal().equals(issued.getIssuerX500Principal())
                                && hasIssued(root, issued)));
    }

    private static boolean hasIssued(X509Certificate root, X509Certificate issued) {
        try {
            issued.verify(root.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static List<X509Certificate> all() {
        List<X509Certificate> all = new ArrayList<>();
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init((KeyStore) null);
            for (var manager : trust.getTrustManagers()) {
                if (manager instanceof X509TrustManager those) {
                    all.addAll(Arrays.asList(those.getAcceptedIssuers()));
                }
            }
        } catch (GeneralSecurityException e) {
            // A Java without them; those of the system count.
        }
        for (Path file : OF_THE_SYSTEM) {
            if (Files.isReadable(file)) {
                try {
                    all.addAll(Pem.certificates(file));
                } catch (IOException e) {
                    // It may be in another format; Java's count.
                }
            }
        }
        return all;
    }
}
