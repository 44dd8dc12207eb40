package chatd.admin.system;

import chatd.admin.api.SystemCalls;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Input;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Table;
import chatd.text.SafeText;
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
        description = "Shows, checks and reloads the daemon's configuration.",
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin config show")
public final class ConfigCommand implements Runnable {
    @ParentCommand
    private Program program;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw Program.missingSubcommand(spec);
    }

    @Command(
            name = "show",
            description =
                    "Shows the value in force of every option, where it comes from, and when a change of it takes effect.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin config show --changed")
    int show(@Option(names = "--changed", description = "Only options that differ from the default.") boolean changed) {
        SystemCalls.Options config = program.daemon().call(SystemCalls.CONFIG);
        if (program.json()) {
            Format.json(program.out(), config);
            return Exit.OK;
        }
        new Table<SystemCalls.Option>()
                .column("OPTION", SystemCalls.Option::key)
                .column("VALUE", SystemCalls.Option::value)
                .column("FROM", SystemCalls.Option::source)
                .column("CHANGES TAKE EFFECT", SystemCalls.Option::change)
                .print(
                        config.options().stream()
                                .filter(option -> !changed || !option.source().equals("default"))
                                .toList(),
                        program.screen(),
                        program.out());
        return Exit.OK;
    }

    @Command(
            name = "check",
            description = {
                "Reports the errors in the daemon's configuration file, or in another file.",
                "Gives line and column, and takes the daemon's environment into account. Nothing changes.",
                "Also checks, with the daemon's rights, the certificate, the key and the directories that it names.",
                "Exit code 1: there are errors."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin config check /root/chatd.toml.new")
    int check(
            @Parameters(paramLabel = "FILE", arity = "0..1", description = "A file other than the daemon's.") @Nullable
                    Path file) {
        SystemCalls.Draft draft =
                file == null ? new SystemCalls.Draft(null, null) : new SystemCalls.Draft(file.toString(), read(file));
        SystemCalls.Judged judged = program.daemon().call(SystemCalls.CHECK, draft);
        boolean right = judged.errors().isEmpty();
        if (program.json()) {
            Format.json(program.out(), judged);
        } else if (right) {
            String of = judged.file();
            judged.warnings().forEach(warning -> program.out().println(SafeText.text(warning)));
            program.out().println((of.isEmpty() ? "There is no file, and the defaults are" : of + " is") + " valid.");
        } else {
            judged.errors().forEach(error -> program.out().println(SafeText.text(error)));
        }
        return right ? Exit.OK : Exit.NO;
    }

    private static String read(Path file) {
        try {
            return Files.readString(Input.readable(file));
        } catch (IOException e) {
            throw new CommandFailure(Exit.NO_SUCH, file + " can't be read: " + e.getMessage());
        }
    }

    @Command(
            name = "reload",
            description = {
                "Has the daemon reload its configuration and its certificate.",
                "No connection is dropped. Reports which changed options are in force now, and which need a restart. If"
                        + " there is an error, nothing changes."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin config reload")
    int reload() {
        SystemCalls.Reloaded reloaded = program.daemon().call(SystemCalls.RELOAD);
        if (program.json()) {
            Format.json(program.out(), reloaded);
            return Exit.OK;
        }
        List<String> inForce = reloaded.inForce();
        List<String> waiting = reloaded.waiting();
        List<String> coming = reloaded.forNewConnections();
        String certificate = reloaded.certificate();
        if (inForce.isEmpty() && coming.isEmpty() && waiting.isEmpty() && certificate.isEmpty()) {
            program.out().println("Nothing has changed.");
        }
        if (!inForce.isEmpty()) {
            program.out().println("In force now: " + String.join(", ", inForce));
        }
        if (!coming.isEmpty()) {
            program.out().println("For new connections: " + String.join(", ", coming));
        }
        if (!waiting.isEmpty()) {
            program.out().println("At the next start: " + String.join(", ", waiting));
        }
        if (!certificate.isEmpty()) {
            program.out().println("Certificate: " + SafeText.line(certificate));
        }
        return Exit.OK;
    }
}
