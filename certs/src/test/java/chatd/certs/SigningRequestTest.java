package chatd.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SigningRequestTest {
    private static final List<String> NAMES = List.of("chat.example.org", "*.example.org", "2001:db8::7", "192.0.2.7");
    private final SecureRandom random = new SecureRandom();

    @TempDir
    private Path directory;

    private static PKCS10CertificationRequest parsed(String pem) throws Exception {
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            return (PKCS10CertificationRequest) Objects.requireNonNull(parser.readObject());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRequestHasTheNamesAndIsSignedByItsKey(Authority.KeyKind kind) throws Exception {
        SigningRequest request = SigningRequest.withNewKey(NAMES, kind, random);
        PKCS10CertificationRequest parsed = parsed(request.pem());
        assertThat(parsed.getSubject()).hasToString("CN=chat.example.org");
        assertThat(parsed.isSignatureValid(
                        new JcaContentVerifierProviderBuilder().build(parsed.getSubjectPublicKeyInfo())))
                .isTrue();
        GeneralNames names =
                GeneralNames.fromExtensions(parsed.getRequestedExtensions(), Extension.subjectAlternativeName);
        assertThat(Arrays.stream(names.getNames()).map(GeneralName::getTagNo)).containsExactly(2, 2, 7, 7);
        // The same key, read from its file: the same public half.
        Path file = directory.resolve("own.key");
        Pem.writeSecret(file, request.key());
        assertThat(Files.getPosixFilePermissions(file)).hasToString("[OWNER_READ, OWNER_WRITE]");
        PKCS10CertificationRequest again =
                parsed(SigningRequest.of(NAMES, Pem.privateKey(file)).pem());
        assertThat(again.getSubjectPublicKeyInfo()).isEqualTo(parsed.getSubjectPublicKeyInfo());
        assertThat(request.pem()).doesNotContain("PRIVATE");
    }

    @Test
    void anInvalidNameIsRefused() {
        for (String name : List.of("", "two words", "a..b", "300.1.1.1", "2001:db8::x", "a\nb")) {
            assertThatThrownBy(() -> SigningRequest.withNewKey(List.of(name), Authority.KeyKind.EC, random))
                    .as(name)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
