package chatd.audit.read;

import chatd.audit.seal.SealPublic;
import java.util.List;

/**
 * What an auditor brings to a verification: trusted keys, anchors, and whether an excerpt will do.
 *
 * @param keys the trusted keys
 * @param anchors seals kept elsewhere, as {@link Verifier#anchors(java.nio.file.Path)} reads them
 * @param mayBeExcerpt whether the log may be an excerpt: what is there must be genuine, but need not be complete
 */
public record Auditor(List<SealPublic> keys, List<String> anchors, boolean mayBeExcerpt) {
    /** No keys and no anchors: checks only whether the log is consistent in itself. */
    public static final Auditor WITHOUT_TRUST = new Auditor(List.of(), List.of(), true);
}
