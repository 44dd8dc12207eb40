package chatd.admin;

import chatd.audit.SealPublic;
import chatd.audit.Verifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
            name = "key",
            description = {
                "Prints the public half of the key that seals the log: give it to auditors, for log verify --key.",
                "Its id is the first 16 digits of the SHA-256 of the key's DER form."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: chat-admin log key > seal.pem"})
    int key(
            @Option(names = "--change", description = "First make a new key, which the old one announces and seals.")
                    boolean change) {
        JsonNode result = main.daemon().call(Map.of("command", "log key", "change", change), line -> {});
        if (main.json()) {
            Shown.json(main.out(), result);
        } else {
            main.out()
                    .println("# key " + result.path("id").asString() + ", "
                            + result.path("algorithm").asString());
            main.out().print(result.path("pem").asString());
            main.out().flush();
        }
        return Exit.OK;
    }

    @Command(
            name = "anchor",
            description = {
                "Seals the log now and prints the seal, to be kept elsewhere as an anchor.",
                "With it, log verify --anchor finds out when the log's end was cut off, or all of it was written anew,",
                "even by someone who has the key."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: chat-admin log anchor >> /mnt/elsewhere/anchors"})
    int anchor() {
        return told("log anchor", "seal");
    }

    @Command(
            name = "verify",
            description = {
                "Checks all segments: chain, numbers, times, schema, seals; names the first line that is wrong.",
                "With a directory it needs no daemon.",
                "Exit code 0: genuine, by a key or an anchor; 1: changed; 3: consistent, but nothing shows by whom."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: chat-admin log verify --key seal.pem /mnt/copy-of-the-log"})
    int verify(
            @Parameters(
                            paramLabel = "DIR",
                            arity = "0..1",
                            description = "The log's directory; without it, the running daemon's.")
                    @Nullable
                    Path directory,
            @Option(
                            names = "--key",
                            paramLabel = "FILE",
                            description =
                                    "A public key that you trust, as log key prints it; more than once if need be.")
                    @Nullable
                    List<Path> keys,
            @Option(
                            names = "--anchor",
                            paramLabel = "FILE",
                            description = "Seals that you kept, one a line, whatever stands before them on it.")
                    @Nullable
                    List<Path> anchors)
            throws IOException {
        List<SealPublic> trusted = new ArrayList<>();
        for (Path file : keys == null ? List.<Path>of() : keys) {
            try {
                trusted.add(SealPublic.read(readable(file)));
            } catch (IOException e) {
                throw new Failure(Exit.USAGE, e.getMessage() + ". It is what chat-admin log key prints.");
            }
        }
        List<String> held = new ArrayList<>();
        for (Path file : anchors == null ? List.<Path>of() : anchors) {
            List<String> seals = Verifier.anchors(readable(file));
            if (seals.isEmpty()) {
                throw new Failure(Exit.USAGE, file + " has no seal in it (expected lines with <seal …/>).");
            }
            held.addAll(seals);
        }
        Path where = directory != null
                ? directory
                : Path.of(main.daemon()
                        .call(Map.of("command", "status"), line -> {})
                        .path("auditLog")
                        .asString());
        if (!Files.isDirectory(where)) {
            throw new Failure(Exit.NO_SUCH, "There is no directory " + where + ".");
        }
        Verifier.Report report = Verifier.verify(readable(where), trusted, held);
        show(report);
        if (report.wrong() != null) {
            return Exit.NO;
        }
        return report.isAuthentic() ? Exit.OK : Exit.NOT_AUTHENTICATED;
    }

    private static Path readable(Path path) {
        if (!Files.exists(path)) {
            throw new Failure(Exit.NO_SUCH, "There is no file " + path + ".");
        }
        if (!Files.isReadable(path)) {
            throw new Failure(Exit.NOT_ALLOWED, "You may not read " + path + ".");
        }
        return path;
    }

    private static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private void show(Verifier.Report report) {
        String wrong = report.wrong();
        String verdict = report.isAuthentic()
                ? "genuine up to the seal " + report.authentic()
                : report.authentic() > 0
                        ? "consistent in itself, genuine up to the seal " + report.authentic() + " only"
                        : "consistent in itself, not authenticated";
        if (main.json()) {
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("verdict", wrong != null ? "wrong" : report.isAuthentic() ? "genuine" : "consistent");
            shown.put("text", wrong == null ? verdict : wrong);
            shown.put("segments", report.segments());
            shown.put("events", report.events());
            shown.put("genuineTo", report.authentic());
            shown.put("notes", report.notes());
            Shown.json(main.out(), new JsonMapper().valueToTree(shown));
        } else {
            main.out().println(wrong == null ? verdict : "WRONG: " + wrong);
            main.out().println(count(report.segments(), "segment") + ", " + count(report.events(), "event"));
            report.notes().forEach(main.out()::println);
        }
    }
}
