package chatd.admin.log;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Timestamp;
import chatd.audit.read.Excerpt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.json.JsonMapper;

/** {@code chat-admin log export}. */
@Command(
        name = "export",
        description = {
            "Writes the events of a time range to a new directory, as a log that can be verified on its own.",
            "Verify it with `log verify --excerpt --key KEY OUT`. The excerpt extends to the first seal after the range.",
            "Times are UTC. Needs no daemon if DIR is given."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin log export --since 2026-11-20 --until 2026-11-21 --to /tmp/friday")
final class ExportCommand implements Callable<Integer> {
    @ParentCommand
    private LogCommand log;

    @Parameters(
            paramLabel = "DIR",
            arity = "0..1",
            description = "The log's directory; without it, the running daemon's.")
    private @Nullable Path directory;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = Timestamp.class,
            description = "Start of the range: " + Timestamp.FORMS + "; default: the beginning of the log.")
    private @Nullable Instant since;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            converter = Timestamp.class,
            description = "End of the range, exclusive; default: the end of the log.")
    private @Nullable Instant until;

    @Option(names = "--to", paramLabel = "DIR", required = true, description = "A new or empty directory.")
    private Path to;

    @Override
    public Integer call() throws IOException {
        Timestamp.checkRange(since, until);
        Path from = AuditorOptions.directory(log.program, directory);
        if (Files.exists(to)) {
            if (!Files.isDirectory(to)) {
                throw new CommandFailure(Exit.CONFLICT, to + " is not a directory.");
            }
            try (Stream<Path> there = Files.list(to)) {
                if (there.findAny().isPresent()) {
                    throw new CommandFailure(Exit.CONFLICT, to + " is not empty: name a new or empty directory.");
                }
            }
        }
        Files.createDirectories(to);
        Excerpt.Result result = Excerpt.write(from, to, since, until);
        if (log.program.isJson()) {
            Format.json(
                    log.program.out(),
                    new JsonMapper()
                            .valueToTree(Map.of(
                                    "events",
                                    result.events(),
                                    "wrong",
                                    result.firstError() == null ? "" : result.firstError())));
        } else {
            log.program.out().println(Format.count(result.events(), "event") + " written to " + to);
            if (result.firstError() != null) {
                log.program.out().println("WRONG, stopped reading here: " + result.firstError());
            }
        }
        return result.firstError() == null ? Exit.OK : Exit.FAILED;
    }
}
