package chatd.certs;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What people want to know of a certificate with its chain.
 *
 * @param names host names and addresses that it is for
 * @param chain the subjects, the certificate's own first, and at its end who issued the last
 * @param fingerprint of its key, hexadecimal, as {@link Fingerprint}
 */
public record ChainFacts(
        List<String> names,
        String subject,
        String issuer,
        Instant begin,
        Instant end,
        String fingerprint,
        List<String> chain) {

    /** @param chain the certificate, then those that vouch for each before it */
    public static ChainFacts of(List<X509Certificate> chain) {
        X509Certificate first = chain.getFirst();
        List<String> subjects = new ArrayList<>(chain.stream()
                .map(each -> each.getSubjectX500Principal().getName())
                .toList());
        X509Certificate last = chain.getLast();
        if (!last.getIssuerX500Principal().equals(last.getSubjectX500Principal())) {
            subjects.add(last.getIssuerX500Principal().getName());
        }
        return new ChainFacts(
                ServerNames.of(first),
                first.getSubjectX500Principal().getName(),
                first.getIssuerX500Principal().getName(),
                first.getNotBefore().toInstant(),
                first.getNotAfter().toInstant(),
                Fingerprint.of(first.getPublicKey()).hex(),
                List.copyOf(subjects));
    }
}
