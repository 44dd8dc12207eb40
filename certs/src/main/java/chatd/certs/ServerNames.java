package chatd.certs;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;

/** The host names and addresses that a certificate is for. */
public final class ServerNames {
    private ServerNames() {}

    /** In the certificate's order; none for a certificate that has no such names, or can't be read. */
    public static List<String> of(X509Certificate certificate) {
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            return alternatives == null
                    ? List.of()
                    : alternatives.stream()
                            .map(name -> shortened(String.valueOf(name.getLast())))
                            .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    /** Java writes IPv6 addresses at full length. */
    private static String shortened(String name) {
        return name.contains(":") ? name.replaceFirst("(^|:)0(:0)+(:|$)", "::") : name;
    }
}
