package chatd.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code chat-admin config}. */
@Command(
        name = "config",
        description = "Shows the daemon's configuration, checks it, has it read again.",
        mixinStandardHelpOptions = true,
        footerHeading = Main.EXAMPLE,
        footer = "  chat-admin config show")
final class ConfigCommand implements Runnable {
    @ParentCommand
    private Main main;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw Main.missing(spec);
    }

    @Command(
            name = "show",
            description = "Shows every option as it is in force, and where its value comes from.",
            mixinStandardHelpOptions = true,
            footerHeading = Main.EXAMPLE,
            footer = "  chat-admin config show --changed")
    int show(@Option(names = "--changed", description = "Those alone that are not the default.") boolean changed) {
        JsonNode config = main.daemon().call(Map.of("command", "config show"));
        if (main.json()) {
            Shown.json(main.out(), config);
            return Exit.OK;
        }
        new Table()
                .column("OPTION", "key")
                .column("VALUE", "value")
                .column("FROM", "source")
                .print(
                        config.path("options")
                                .valueStream()
                                .filter(option -> !changed
                                        || !option.path("source").asString().equals("default"))
                                .toList(),
                        main.screen(),
                        main.out());
        return Exit.OK;
    }

    @Command(
            name = "check",
            description = {
                "Says what is wrong with the daemon's configuration file, or another.",
                "With line and column, and together with the daemon's environment. Nothing changes.",
                "Exit code 1: something is."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Main.EXAMPLE,
            footer = "  chat-admin config check /root/chatd.toml.new")
    int check(
            @Parameters(paramLabel = "FILE", arity = "0..1", description = "Another than the daemon's.") @Nullable
                    Path file) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("command", "config check");
        if (file != null) {
            request.put("file", file.toString());
            request.put("content", read(file));
        }
        JsonNode judged = main.daemon().call(request);
        boolean right = judged.path("errors").isEmpty();
        if (main.json()) {
            Shown.json(main.out(), judged);
        } else if (right) {
            String of = judged.path("file").asString();
            main.out().println((of.isEmpty() ? "There is no file, and the defaults are" : of + " is") + " right.");
        } else {
            judged.path("errors").forEach(error -> main.out().println(Shown.lines(error.asString())));
        }
        return right ? Exit.OK : Exit.NO;
    }

    private static String read(Path file) {
        try {
            return Files.readString(AuditorOptions.readable(file));
        } catch (IOException e) {
            throw new Failure(Exit.NO_SUCH, file + " can't be read: " + e.getMessage());
        }
    }

    @Command(
            name = "reload",
            description = {
                "Has the daemon read its configuration and its certificate again.",
                "No connection is dropped. It says which changed options are in force now, and which wait for a restart. Where"
                        + " something is wrong, all stays as it was."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Main.EXAMPLE,
            footer = "  chat-admin config reload")
    int reload() {
        JsonNode reloaded = main.daemon().call(Map.of("command", "config reload"));
        if (main.json()) {
            Shown.json(main.out(), reloaded);
            return Exit.OK;
        }
        JsonNode inForce = reloaded.path("inForce");
        JsonNode waiting = reloaded.path("waiting");
        JsonNode coming = reloaded.path("forNewConnections");
        String certificate = reloaded.path("certificate").asString();
        if (inForce.isEmpty() && coming.isEmpty() && waiting.isEmpty() && certificate.isEmpty()) {
            main.out().println("Nothing has changed.");
        }
        if (!inForce.isEmpty()) {
            main.out().println("In force now: " + listed(inForce));
        }
        if (!coming.isEmpty()) {
            main.out().println("For connections from now on: " + listed(coming));
        }
        if (!waiting.isEmpty()) {
            main.out().println("At the next start: " + listed(waiting));
        }
        if (!certificate.isEmpty()) {
            main.out().println("Certificate: " + Shown.visible(certificate));
        }
        return Exit.OK;
    }

    private static String listed(JsonNode keys) {
        return keys.valueStream().map(JsonNode::asString).collect(Collectors.joining(", "));
    }
}
