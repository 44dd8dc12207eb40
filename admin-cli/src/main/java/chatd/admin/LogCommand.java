package chatd.admin;

import chatd.audit.Verifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code chat-admin log}. */
@Command(name = "log", description = "Shows the server log, and checks it.", mixinStandardHelpOptions = true)
final class LogCommand implements Runnable {
    @ParentCommand
    private Main main;

    @Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which command of log?");
    }

    @Command(
            name = "tail",
            description = "Shows the last events, as they stand in the document.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: chat-admin log tail -n 20 -f"})
    int tail(
            @Option(names = "-n", paramLabel = "N", defaultValue = "10", description = "How many; 10 without it.")
                    int lines,
            @Option(
                            names = {"-f", "--follow"},
                            description = "Go on with those that come, until interrupted.")
                    boolean follow) {
        if (lines < 0) {
            throw new CommandLine.ParameterException(spec.commandLine(), "-n is 0 or more, not " + lines);
        }
        main.daemon().call(Map.of("command", "log tail", "lines", lines, "follow", follow), event -> {
            String line = event.path("line").asString();
            main.out().println(main.json() ? EventLine.json(line) : EventLine.readable(line));
            main.out().flush();
        });
        return Exit.OK;
    }

    @Command(
            name = "publish",
            description = "Brings audit.xml up to date now, and says where it is.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: chat-admin log publish"})
    int publish() {
        return told("log publish", "file");
    }

    @Command(
            name = "rotate",
            description = "Closes the open segment, begins the next, and says where the closed one is.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: chat-admin log rotate"})
    int rotate() {
        return told("log rotate", "closed");
    }

    private int told(String command, String key) {
        JsonNode result = main.daemon().call(Map.of("command", command), line -> {});
        if (main.json()) {
            Shown.json(main.out(), result);
        } else {
            main.out().println(result.path(key).asString());
        }
        return Exit.OK;
    }

    @Command(
            name = "verify",
            description = {
                "Checks all segments: chain, numbers, times, schema; names the first line that is wrong.",
                "With a directory it needs no daemon."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: chat-admin log verify /mnt/copy-of-the-log"})
    int verify(
            @Parameters(
                            paramLabel = "DIR",
                            arity = "0..1",
                            description = "The log's directory; without it, the running daemon's.")
                    @Nullable
                    Path directory)
            throws IOException {
        Path where = directory != null
                ? directory
                : Path.of(main.daemon()
                        .call(Map.of("command", "status"), line -> {})
                        .path("auditLog")
                        .asString());
        if (!Files.isDirectory(where)) {
            throw new Failure(Exit.NO_SUCH, "There is no directory " + where + ".");
        }
        if (!Files.isReadable(where)) {
            throw new Failure(Exit.NOT_ALLOWED, "You may not read " + where + ".");
        }
        Verifier.Report report = Verifier.verify(where);
        String wrong = report.wrong();
        String verdict = wrong == null ? "consistent in itself, not authenticated" : wrong;
        if (main.json()) {
            Map<String, Object> shown = new java.util.LinkedHashMap<>();
            shown.put("verdict", wrong == null ? "consistent" : "wrong");
            shown.put("text", verdict);
            shown.put("segments", report.segments());
            shown.put("events", report.events());
            shown.put("notes", report.notes());
            Shown.json(main.out(), new JsonMapper().valueToTree(shown));
        } else {
            main.out().println((wrong == null ? "" : "WRONG: ") + verdict);
            main.out().println("%d segments, %d events".formatted(report.segments(), report.events()));
            report.notes().forEach(main.out()::println);
        }
        return wrong == null ? Exit.NOT_AUTHENTICATED : Exit.NO;
    }
}
