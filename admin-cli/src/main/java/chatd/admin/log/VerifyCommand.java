package chatd.admin.log;

import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.LogCalls;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.audit.read.Verifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.json.JsonMapper;

/** {@code chat-admin log verify}. */
@Command(
        name = "verify",
        description = {
            "Checks all segments: chain, numbers, times, schema, seals; names the first line that is wrong.",
            "Needs no daemon if DIR is given, except for --messages.",
            "Exit code 0: genuine, by a key or an anchor; 1: changed; 3: consistent, but nothing shows who wrote it."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin log verify --key seal.pem /mnt/copy-of-the-log")
final class VerifyCommand implements Callable<Integer> {
    private static final String AUTHENTICATE =
            "Who wrote it is shown by a key or a seal that was kept elsewhere: --key FILE or" + " --anchor FILE.";

    @ParentCommand
    private LogCommand log;

    @Parameters(
            paramLabel = "DIR",
            arity = "0..1",
            description = "The log's directory; without it, the running daemon's.")
    private @Nullable Path directory;

    @Mixin
    private AuditorOptions auditor = new AuditorOptions();

    @Option(
            names = "--messages",
            description =
                    "Also compare every stored message and file, as read by the daemon, with what was logged about it.")
    private boolean messages;

    @Option(
            names = "--unauthenticated",
            description = "Accept a log that is only consistent in itself: exit code 0 instead of 3.")
    private boolean unauthenticated;

    @Override
    public Integer call() throws IOException {
        Path where = AuditorOptions.directory(log.program, directory);
        return printVerdict(
                messages
                        // Those that are stored after this call are not compared.
                        ? Findings.verify(where, auditor, log.program.daemon().ask(LogCalls.MESSAGES, Nothing.NOTHING))
                        : Findings.verify(where, auditor));
    }

    private int printVerdict(Findings found) {
        Verifier.Report report = found.report();
        List<String> wrong = found.wrong();
        List<String> notes = found.notes();
        if (wrong.isEmpty() && !report.isAuthentic() && !unauthenticated) {
            notes.add(AUTHENTICATE);
        }
        String verdict = AuditorOptions.verdict(report);
        if (log.program.isJson()) {
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("verdict", !wrong.isEmpty() ? "wrong" : report.isAuthentic() ? "genuine" : "consistent");
            shown.put("text", wrong.isEmpty() ? verdict : String.join("\n", wrong));
            shown.put("segments", report.segments());
            shown.put("events", report.events());
            shown.put("genuineTo", report.lastAuthenticSeq());
            if (found.isCompared()) {
                shown.put("messages", found.compared());
                shown.put("lost", found.lost());
            }
            shown.put("notes", notes);
            Format.json(log.program.out(), new JsonMapper().valueToTree(shown));
        } else {
            if (report.firstError() == null) {
                log.program.out().println(verdict);
            }
            wrong.forEach(what -> log.program.out().println("WRONG: " + what));
            log.program
                    .out()
                    .println(Format.count(report.segments(), "segment") + ", " + Format.count(report.events(), "event")
                            + (found.isCompared()
                                    ? ", " + Format.count(found.compared(), "message") + " as logged"
                                    : ""));
            notes.forEach(log.program.out()::println);
        }
        if (!wrong.isEmpty()) {
            return Exit.FAILED;
        }
        return report.isAuthentic() || unauthenticated ? Exit.OK : Exit.NOT_AUTHENTICATED;
    }
}
