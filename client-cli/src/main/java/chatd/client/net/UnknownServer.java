package chatd.client.net;

import chatd.certs.Fingerprint;
import java.security.cert.X509Certificate;

/** Nobody vouches for the server, and nothing else is wrong with its certificate: a person may decide. */
public final class UnknownServer extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient X509Certificate certificate;

    UnknownServer(X509Certificate certificate) {
        super("nobody vouches for the server's certificate", null, false, false);
        this.certificate = certificate;
    }

    public Fingerprint fingerprint() {
        return Fingerprint.of(certificate.getPublicKey());
    }
}
