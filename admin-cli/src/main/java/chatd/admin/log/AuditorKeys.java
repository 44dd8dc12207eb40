package chatd.admin.log;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Input;
import chatd.audit.read.AuditorTerms;
import chatd.audit.read.Verifier;
import chatd.audit.seal.SealPublicKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The auditor's keys and anchors, obtained elsewhere. */
public final class AuditorKeys {
    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "A public key that you trust, as printed by `log key`; may be repeated.")
    private List<Path> keys = List.of();

    @Option(
            names = "--anchor",
            paramLabel = "FILE",
            description = "Seals that you kept, one per line; text before a seal is ignored.")
    private List<Path> anchors = List.of();

    /** Reads them. */
    AuditorTerms terms(boolean mayBeExcerpt) throws IOException {
        return new AuditorTerms(keys(), anchors(), mayBeExcerpt);
    }

    private List<SealPublicKey> keys() throws IOException {
        List<SealPublicKey> trusted = new ArrayList<>();
        for (Path file : keys) {
            try {
                trusted.add(SealPublicKey.read(Input.requireReadable(file)));
            } catch (IOException e) {
                throw new CommandFailure(Exit.USAGE, e.getMessage() + ". Expected the output of `chat-admin log key`.");
            }
        }
        return trusted;
    }

    private List<String> anchors() throws IOException {
        List<String> held = new ArrayList<>();
        for (Path file : anchors) {
            List<String> seals = Verifier.anchors(Input.requireReadable(file));
            if (seals.isEmpty()) {
                throw new CommandFailure(Exit.USAGE, file + " has no seal in it (expected lines with <seal …/>).");
            }
            held.addAll(seals);
        }
        return held;
    }
}
