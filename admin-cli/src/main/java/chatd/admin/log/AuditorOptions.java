package chatd.admin.log;

import chatd.admin.api.SystemCalls;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Input;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Progress;
import chatd.audit.form.VerificationListener;
import chatd.audit.read.Verifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The auditor's options: trusted keys and anchors obtained elsewhere; verifies a log against them. */
public final class AuditorOptions {
    @Mixin
    private AuditorKeys trusted = new AuditorKeys();

    @Option(
            names = "--excerpt",
            description =
                    "The log is an excerpt made by `log export`: verify only what is in it, not what came before or after.")
    private boolean excerpt;

    /** Verifies a log, passing what is read to {@code watch} and showing progress. */
    public Verifier.Report verify(Path log, VerificationListener watch) throws IOException {
        try (Progress progress = new Progress()) {
            return Verifier.verify(log, trusted.terms(excerpt), new VerificationListener() {
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
