package chatd.certs;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** The host names and addresses that a certificate is for. */
public final class ServerNames {
    /** {@code dNSName} and {@code iPAddress}; the other kinds hold any text, which could pass for one of these. */
    private static final Set<Object> KINDS = Set.of(2, 7);

    private ServerNames() {}

    /** Returns the names in the certificate's order; empty if it has no such names, or can't be read. */
    public static List<String> of(X509Certificate certificate) {
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            return alternatives == null
                    ? List.of()
                    : alternatives.stream()
                            .filter(name -> KINDS.contains(name.getFirst()))
                            .map(name -> shortened(String.valueOf(name.getLast())))
                            .filter(name -> name.matches("[A-Za-z0-9.:*_-]{1,253}"))
                            .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    /** Returns an address as people write it: Java writes IPv6 addresses at full length. */
    public static String shortened(String name) {
        return name.contains(":") ? name.replaceFirst("(^|:)0(:0)+(:|$)", "::") : name;
    }
}
