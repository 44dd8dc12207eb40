package chatd.admin.system;

import chatd.admin.api.CallFailure;
import chatd.admin.api.SystemCalls;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Input;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Table;
import chatd.text.SafeText;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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
        description = "Shows, changes, checks and reloads the daemon's configuration.",
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLES,
        footer = {"  chat-admin config show", "  chat-admin config set everyone.write granted"})
public final class ConfigCommand implements Runnable {
    /** Maximum number of options that are suggested for an unknown one. */
    private static final int MAX_SUGGESTIONS = 5;

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
    int show(
            @Option(names = "--changed", description = "Only options that differ from the default.") boolean changed,
            @Option(names = "--names", description = "Only the options' names.") boolean names) {
        SystemCalls.Options config = program.daemon().call(SystemCalls.CONFIG);
        List<SystemCalls.Option> options = config.options().stream()
                .filter(option -> !changed || !option.source().equals("default"))
                .toList();
        if (program.isJson()) {
            Format.json(program.out(), config);
            return Exit.OK;
        }
        if (names) {
            options.forEach(option -> program.out().println(option.key()));
            return Exit.OK;
        }
        new Table<SystemCalls.Option>()
                .column("OPTION", SystemCalls.Option::key)
                .column("VALUE", SystemCalls.Option::value)
                .column("FROM", SystemCalls.Option::source)
                .column("CHANGES TAKE EFFECT", SystemCalls.Option::change)
                .print(options, program.display(), program.out());
        return Exit.OK;
    }

    @Command(
            name = "get",
            description = "Shows the value of one option that is in force.",
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin config get everyone.write")
    int get(
            @Parameters(
                            paramLabel = "OPTION",
                            completionCandidates = OptionNames.class,
                            description = "Its section and its key, as in everyone.write.")
                    String key) {
        List<SystemCalls.Option> options =
                program.daemon().call(SystemCalls.CONFIG).options();
        SystemCalls.Option option = options.stream()
                .filter(each -> each.key().equals(key))
                .findFirst()
                .orElseThrow(() -> unknown(key, options));
        if (program.isJson()) {
            Format.json(program.out(), option);
        } else {
            program.out().println(SafeText.line(option.value()));
        }
        return Exit.OK;
    }

    private static CommandFailure unknown(String key, List<SystemCalls.Option> options) {
        String similar = options.stream()
                .map(SystemCalls.Option::key)
                .filter(each -> each.contains(key))
                .sorted(Comparator.comparing(each -> !each.endsWith("." + key)))
                .limit(MAX_SUGGESTIONS)
                .collect(Collectors.joining(", "));
        return new CommandFailure(
                Exit.NOT_FOUND,
                "There is no option " + key
                        + (similar.isEmpty() ? "; `config show` lists them all." : "; did you mean: " + similar + "?"));
    }

    @Command(
            name = "set",
            description = {
                "Changes options in the daemon's configuration file, and has the daemon reload it.",
                "Comments stay. The whole file is checked first, with the certificate, the key and the directories that"
                        + " it names; if there is an error, nothing changes. Requires the right to write the file."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLES,
            footer = {
                "  chat-admin config set everyone.write granted",
                "  chat-admin config set throttle.exempt 2001:db8::/32,192.0.2.0/24",
                "  chat-admin config set tls.certificate /etc/chatd/tls/server.pem tls.key /etc/chatd/tls/server.key"
            })
    int set(
            @Parameters(
                            paramLabel = "OPTION VALUE",
                            arity = "1..*",
                            hideParamSyntax = true,
                            completionCandidates = OptionNames.class,
                            description =
                                    "Options, each with its value. A list is separated by commas; \"\" is an empty one.")
                    List<String> pairs) {
        if (pairs.size() % 2 != 0) {
            throw new CommandFailure(Exit.USAGE, "There is no value for " + pairs.getLast() + ".");
        }
        Map<String, @Nullable String> options = new LinkedHashMap<>();
        for (int i = 0; i < pairs.size(); i += 2) {
            if (options.put(pairs.get(i), pairs.get(i + 1)) != null) {
                throw new CommandFailure(Exit.USAGE, "There are two values for " + pairs.get(i) + ".");
            }
        }
        return change(options);
    }

    @Command(
            name = "unset",
            description = {
                "Removes options from the daemon's configuration file, and has the daemon reload it: they have their"
                        + " defaults again.",
                "Otherwise as `config set`."
            },
            mixinStandardHelpOptions = true,
            footerHeading = Program.EXAMPLE,
            footer = "  chat-admin config unset everyone.write")
    int unset(
            @Parameters(
                            paramLabel = "OPTION",
                            arity = "1..*",
                            completionCandidates = OptionNames.class,
                            description = "Section and key, as in everyone.write.")
                    List<String> keys) {
        Map<String, @Nullable String> options = new LinkedHashMap<>();
        keys.forEach(key -> options.put(key, null));
        return change(options);
    }

    private int change(Map<String, @Nullable String> options) {
        SystemCalls.Options before = program.daemon().call(SystemCalls.CONFIG);
        if (before.file().isEmpty()) {
            throw new CommandFailure(
                    Exit.NOT_FOUND,
                    "The daemon has no configuration file: it was started without --config. Nothing was changed.");
        }
        ConfigFile file = new ConfigFile(Path.of(before.file()));
        SystemCalls.Edited edited =
                program.daemon().call(SystemCalls.SET, new SystemCalls.Edit(before.file(), file.text(), options));
        if (!program.isJson()) {
            edited.warnings().forEach(warning -> program.out().println(SafeText.text(warning)));
        }
        Runnable undo = file.replace(edited.content());
        SystemCalls.Reloaded reloaded;
        try {
            reloaded = program.daemon().call(SystemCalls.RELOAD);
        } catch (CallFailure e) {
            throw e.withText(e.getMessage() + "\n" + restoreFile(e, undo, before.file()));
        }
        PrintStream out = program.isJson() ? System.err : program.out();
        before.options().stream()
                .filter(option ->
                        options.containsKey(option.key()) && option.source().startsWith("environment "))
                .forEach(option -> out.println(option.key() + " is written, but stays " + SafeText.line(option.value())
                        + ": the " + option.source() + " takes precedence."));
        print(reloaded);
        return Exit.OK;
    }

    /** Restores the file after a failed reload; returns its state, as a sentence. */
    private static String restoreFile(CallFailure failure, Runnable undo, String file) {
        if (failure.isUndecided()) {
            return file + " has the change; run `config reload` to find out whether the daemon has loaded it.";
        }
        try {
            undo.run();
            return file + " is as it was.";
        } catch (CommandFailure e) {
            return file + " has the change, and could not be restored: " + e.getMessage();
        }
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
        SystemCalls.CheckResult judged = program.daemon().call(SystemCalls.CHECK, draft);
        boolean isValid = judged.errors().isEmpty();
        if (program.isJson()) {
            Format.json(program.out(), judged);
        } else if (isValid) {
            String of = judged.file();
            judged.warnings().forEach(warning -> program.out().println(SafeText.text(warning)));
            program.out().println((of.isEmpty() ? "There is no file, and the defaults are" : of + " is") + " valid.");
        } else {
            judged.errors().forEach(error -> program.out().println(SafeText.text(error)));
        }
        return isValid ? Exit.OK : Exit.FAILED;
    }

    private static String read(Path file) {
        try {
            return Files.readString(Input.requireReadable(file));
        } catch (IOException e) {
            throw new CommandFailure(Exit.NOT_FOUND, file + " can't be read: " + e.getMessage());
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
        print(program.daemon().call(SystemCalls.RELOAD));
        return Exit.OK;
    }

    private void print(SystemCalls.Reloaded reloaded) {
        if (program.isJson()) {
            Format.json(program.out(), reloaded);
            return;
        }
        List<String> inForce = reloaded.inForce();
        List<String> waiting = reloaded.waiting();
        List<String> forNewConnections = reloaded.forNewConnections();
        String certificate = reloaded.certificate();
        if (inForce.isEmpty() && forNewConnections.isEmpty() && waiting.isEmpty() && certificate.isEmpty()) {
            program.out().println("Nothing has changed.");
        }
        if (!inForce.isEmpty()) {
            program.out().println("In force now: " + String.join(", ", inForce));
        }
        if (!forNewConnections.isEmpty()) {
            program.out().println("For new connections: " + String.join(", ", forNewConnections));
        }
        if (!waiting.isEmpty()) {
            program.out().println("At the next start: " + String.join(", ", waiting));
        }
        if (!certificate.isEmpty()) {
            program.out().println("Certificate: " + SafeText.line(certificate));
        }
    }
}
