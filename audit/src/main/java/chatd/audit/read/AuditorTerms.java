package chatd.audit.read;

import chatd.audit.seal.SealPublicKey;
import java.util.List;

/**
 * An auditor's terms for a verification: trusted keys, anchors, and whether an excerpt is enough.
 *
 * @param keys the trusted keys
 * @param anchors seals kept elsewhere, as {@link Verifier#anchors(java.nio.file.Path)} reads them
 * @param mayBeExcerpt whether the log may be an excerpt: genuine, but not necessarily complete
 */
public record AuditorTerms(List<SealPublicKey> keys, List<String> anchors, boolean mayBeExcerpt) {
    /** No keys and no anchors: checks only whether the log is consistent in itself. */
    public static final AuditorTerms WITHOUT_TRUST = new AuditorTerms(List.of(), List.of(), true);
}
