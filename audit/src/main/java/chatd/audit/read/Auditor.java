package chatd.audit.read;

import chatd.audit.seal.SealPublic;
import java.util.List;

/**
 * What whoever judges a log has from elsewhere, and asks.
 *
 * @param keys that are trusted
 * @param anchors seals that were kept, as {@link Verifier#anchors(java.nio.file.Path)} reads them
 * @param mayBeExcerpt whether no more is asked for than that what is there is genuine
 */
public record Auditor(List<SealPublic> keys, List<String> anchors, boolean mayBeExcerpt) {
    /** Who has nothing, and asks whether the log agrees with itself. */
    public static final Auditor NOBODY = new Auditor(List.of(), List.of(), true);
}
