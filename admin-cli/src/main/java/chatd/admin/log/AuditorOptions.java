package chatd.admin.log;

import chatd.admin.api.SystemCalls;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Input;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Progress;
import chatd.audit.form.VerificationListener;
import chatd.audit.read.AuditorTerms;
import chatd.audit.read.Verifier;
import chatd.audit.seal.SealPublicKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The auditor's options: trusted keys and anchors obtained elsewhere; verifies a log against them. */
public final class AuditorOptions {
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

    @Option(
            names = "--excerpt",
            description =
                    "The log is an excerpt made by `log export`: verify only what is in it, not what came before or after.")
    private boolean excerpt;

    /** Verifies a log, passing what is read to {@code watch} and showing progress. */
    public Verifier.Report verify(Path log, VerificationListener watch) throws IOException {
        try (Progress progress = new Progress()) {
            return Verifier.verify(log, new AuditorTerms(keys(), anchors(), excerpt), new VerificationListener() {
                @Override
                public void segment(long number, String head) {
                    watch.segment(number, head);
                }

                @Override
                public void line(String line) {
                    watch.line(line);
                }

                @Override
                public void progress(long bytes, long all) {
                    progress.show("checked %d of %d MiB (%d %%)"
                            .formatted(bytes >> 20, all >> 20, 100 * bytes / Math.max(all, 1)));
                    watch.progress(bytes, all);
                }
            });
        }
    }

    /** Returns the log's directory: the given one, or the running daemon's if {@code given} is null. */
    static Path directory(Program program, @Nullable Path given) {
        Path where = given != null
                ? given
                : Path.of(program.daemon().call(SystemCalls.STATS).parts().auditLog());
        if (!Files.isDirectory(where)) {
            throw new CommandFailure(Exit.NOT_FOUND, "There is no directory " + where + ".");
        }
        return Input.requireReadable(where);
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

    /** Returns the verdict on a log in which nothing is wrong. */
    public static String verdict(Verifier.Report report) {
        if (report.isAuthentic()) {
            return "genuine up to the seal " + report.lastAuthenticSeq();
        }
        return report.lastAuthenticSeq() > 0
                ? "consistent in itself, genuine up to the seal " + report.lastAuthenticSeq() + " only"
                : "consistent in itself, not authenticated";
    }
}
