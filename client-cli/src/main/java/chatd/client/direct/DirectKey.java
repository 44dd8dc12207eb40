package chatd.client.direct;

import chatd.certs.Authority;
import chatd.certs.Fingerprint;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;

/** A key made for one direct session, and never stored; the certificate only carries it. */
record DirectKey(X509Certificate certificate, PrivateKey key) {
    static DirectKey create() {
        Authority.Identity identity =
                Authority.create("direct", new SecureRandom(), Instant.now()).client("direct", Authority.KeyKind.EC);
        return new DirectKey(identity.certificate(), identity.keys().getPrivate());
    }

    /** Returns the SHA-256 of the public key as encoded in certificates, in hexadecimal. */
    String fingerprint() {
        return fingerprint(certificate);
    }

    static String fingerprint(X509Certificate certificate) {
        return Fingerprint.of(certificate.getPublicKey()).hex();
    }
}
