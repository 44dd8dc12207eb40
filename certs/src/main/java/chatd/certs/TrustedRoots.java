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
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** The authorities that this machine trusts: Java's, and the system's. They are read at each use. */
public final class TrustedRoots {
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

    /**
     * Returns what trusts the servers whose certificates the system's authorities have signed; Java's, if the system has
     * none.
     *
     * @param chosen a file in PEM to use instead of the system's; empty for the system's
     * @throws IOException if that file can't be used; the message says why
     */
    public static X509ExtendedTrustManager ofSystem(String chosen) throws GeneralSecurityException, IOException {
        Optional<Path> file = chosen.isEmpty()
                ? SYSTEM_FILES.stream().filter(Files::isReadable).findFirst()
                : Optional.of(Path.of(chosen));
        return file.isPresent() ? of(Pem.certificates(file.get())) : manager(null);
    }

    /** Returns what trusts the servers whose certificates these authorities have signed, and no others. */
    public static X509ExtendedTrustManager of(List<X509Certificate> authorities)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int n = 0;
        for (X509Certificate authority : authorities) {
            store.setCertificateEntry("authority" + n++, authority);
        }
        return manager(store);
    }

    private static X509ExtendedTrustManager manager(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager extended) {
                return extended;
            }
        }
        throw new GeneralSecurityException("this Java has no trust manager");
    }

    private static List<X509Certificate> all() {
        List<X509Certificate> all = new ArrayList<>();
        try {
            all.addAll(Arrays.asList(manager(null).getAcceptedIssuers()));
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
