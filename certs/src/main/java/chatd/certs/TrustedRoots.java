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

/** The authorities that this machine trusts: Java's, and the system's. They are read at each use. */
final class TrustedRoots {
    /** Where Debian and Fedora, and the distributions derived from them, keep theirs. */
    private static final List<Path> SYSTEM_FILES =
            List.of(Path.of("/etc/ssl/certs/ca-certificates.crt"), Path.of("/etc/pki/tls/certs/ca-bundle.crt"));

    private TrustedRoots() {}

    /**
     * Returns whether a chain is complete: its last certificate is self-issued, or a root has issued one of its
     * certificates. More may follow that one, for clients with older roots.
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
                if (manager instanceof X509TrustManager x509) {
                    all.addAll(Arrays.asList(x509.getAcceptedIssuers()));
                }
            }
        } catch (GeneralSecurityException e) {
            // This Java has none; the system's are used.
        }
        for (Path file : SYSTEM_FILES) {
            if (Files.isReadable(file)) {
                try {
                    all.addAll(Pem.certificates(file));
                } catch (IOException e) {
                    // It may be in another format; Java's are used.
                }
            }
        }
        return all;
    }
}
