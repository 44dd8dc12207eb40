package chatd.client.net;

import chatd.certs.Fingerprint;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

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

    public List<String> names() {
        return names(certificate);
    }

    public String issuer() {
        return certificate.getIssuerX500Principal().getName();
    }

    public Instant end() {
        return certificate.getNotAfter().toInstant();
    }

    /** The host names and addresses that a certificate is for. */
    static List<String> names(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                alternatives.forEach(name -> names.add(shown(String.valueOf(name.getLast()))));
            }
        } catch (CertificateParsingException e) {
            // Without names it is for nobody.
        }
        return names;
    }

    /** Java writes IPv6 addresses at full length. */
    private static String shown(String name) {
        byte[] address = NetUtil.createByteArrayFromIpAddressString(name);
        try {
            return address == null ? name : NetUtil.toAddressString(InetAddress.getByAddress(address));
        } catch (UnknownHostException e) {
            return name;
        }
    }
}
