package chatd.admin;

import chatd.admin.api.SystemCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

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
        SystemCalls.Options config = main.daemon().call(SystemCalls.CONFIG);
        if (main.json()) {
            Shown.json(main.out(), config);
            return Exit.OK;
        }
        new Table<SystemCalls.Option>()
                .column("OPTION", SystemCalls.Option::key)
                .column("VALUE", SystemCalls.Option::value)
                .column("FROM", SystemCalls.Option::source)
                .print(
                        config.options().stream()
                                .filter(option -> !changed || !option.source().equals("default"))
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
        SystemCalls.Draft draft =
                file == null ? new SystemCalls.Draft(null, null) : new SystemCalls.Draft(file.toString(), read(file));
        SystemCalls.Judged judged = main.daemon().call(SystemCalls.CHECK, draft);
        boolean right = judged.errors().isEmpty();
        if (main.json()) {
            Shown.json(main.out(), judged);
        } else if (right) {
            String of = judged.file();
            main.out().println((of.isEmpty() ? "There is no file, and the defaults are" : of + " is") + " right.");
        } else {
            judged.errors().forEach(error -> main.out().println(Shown.lines(error)));
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
        SystemCalls.Reloaded reloaded = main.daemon().call(SystemCalls.RELOAD);
        if (main.json()) {
            Shown.json(main.out(), reloaded);
            return Exit.OK;
        }
        List<String> inForce = reloaded.inForce();
        List<String> waiting = reloaded.waiting();
        List<String> coming = reloaded.forNewConnections();
        String certificate = reloaded.certificate();
        if (inForce.isEmpty() && coming.isEmpty() && waiting.isEmpty() && certificate.isEmpty()) {
            main.out().println("Nothing has changed.");
        }
        if (!inForce.isEmpty()) {
            main.out().println("In force now: " + String.join(", ", inForce));
        }
        if (!coming.isEmpty()) {
            main.out().println("For connections from now on: " + String.join(", ", coming));
        }
        if (!waiting.isEmpty()) {
            main.out().println("At the next start: " + String.join(", ", waiting));
        }
        if (!certificate.isEmpty()) {
            main.out().println("Certificate: " + Shown.visible(certificate));
        }
        return Exit.OK;
    }
}
