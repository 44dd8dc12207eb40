package chatd.certs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is reported about a chain. */
class ChainFactsTest {
    private final Authority authority = Authority.create("an authority of its own", new SecureRandom(), Instant.now());
    private final X509Certificate server =
            authority.server(List.of("chat.example.org"), Authority.KeyKind.EC).certificate();

    @Test
    void aChainUpToASelfIssuedCertificateIsComplete() {
        ChainFacts facts = ChainFacts.of(List.of(server, authority.certificate()));
        assertThat(facts.missing()).isEmpty();
        assertThat(facts.advice()).isEmpty();
        assertThat(facts.chain()).hasSize(2);
    }

    @Test
    void adviceOnAnIncompleteChainNamesTheIssuerAndTheFile() {
        ChainFacts facts = ChainFacts.of(List.of(server));
        assertThat(facts.missing()).startsWith("CN=an authority of its own");
        assertThat(facts.advice()).contains("CN=chat.example.org", "CN=an authority of its own", "fullchain.pem");
        assertThat(facts.chain()).hasSize(2);
    }

    /**
     * An authority may hand out a chain that ends with a certificate issued by one of this machine's roots, without the
     * root.
     */
    @Test
    void aChainIssuedByATrustedRootIsComplete() throws Exception {
        X509Certificate root = aRoot();
        // It is complete because it is self-issued, and it also has a trusted root as its issuer: itself.
        assertThat(TrustedRoots.isComplete(List.of(root))).isTrue();
        assertThat(TrustedRoots.hasRootFor(List.of(root))).isTrue();
        Authority namesake = Authority.create("an authority of its own", new SecureRandom(), Instant.now());
        assertThat(TrustedRoots.hasRootFor(List.of(namesake.certificate()))).isFalse();
    }

    private static X509Certificate aRoot() throws Exception {
        Path store = Path.of(System.getProperty("java.home"), "lib", "security", "cacerts");
        KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
        try (var in = Files.newInputStream(store)) {
            roots.load(in, null);
        }
        return (X509Certificate) roots.getCertificate(roots.aliases().nextElement());
    }
}
