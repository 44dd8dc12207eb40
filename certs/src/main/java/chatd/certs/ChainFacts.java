package chatd.certs;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A summary, for people, of a certificate and its chain.
 *
 * @param names the host names and addresses for which the certificate is valid
 * @param chain the subjects, starting with the certificate's own and ending with the issuer of the last certificate
 * @param fingerprint the fingerprint of its key, hexadecimal, as in {@link Fingerprint}
 * @param missing the issuer of the last certificate, if that is neither in the chain nor among the authorities that this
 *     machine trusts; otherwise empty
 */
public record ChainFacts(
        List<String> names,
        String subject,
        String issuer,
        Instant begin,
        Instant end,
        String fingerprint,
        List<String> chain,
        String missing) {

    /**
     * Summarises a chain. Blocks: it may read the authorities that this machine trusts.
     *
     * @param chain the certificate, followed by certificates that each vouch for the one before
     */
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
                List.copyOf(subjects),
                TrustedRoots.isComplete(chain)
                        ? ""
                        : last.getIssuerX500Principal().getName());
    }

    /** Returns what an administrator should do about an incomplete chain, as sentences; empty if it is complete. */
    public String advice() {
        return missing.isEmpty()
                ? ""
                : "The certificate of %s comes without that of its issuer, %s: clients that do not have the issuer's certificate can't verify it, and ask their users to compare its fingerprint. Put the whole chain into the file named by tls.certificate; most authorities provide it as fullchain.pem."
                        .formatted(subject, missing);
    }
}
