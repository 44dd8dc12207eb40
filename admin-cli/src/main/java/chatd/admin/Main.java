package chatd.admin;

import chatd.admin.api.AdminLink;
import chatd.admin.api.NotDone;
import chatd.admin.log.LogCommand;
import chatd.admin.system.CertCommand;
import chatd.admin.system.CompletionCommand;
import chatd.admin.system.ConfigCommand;
import chatd.admin.system.SearchCommand;
import chatd.admin.system.StatsCommand;
import chatd.admin.system.StorageCommand;
import chatd.admin.system.VersionCommand;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Display;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Output;
import chatd.admin.terminal.Program;
import chatd.admin.user.BroadcastCommand;
import chatd.admin.user.GroupCommand;
import chatd.admin.user.MessageCommand;
import chatd.admin.user.ReportCommand;
import chatd.admin.user.SessionsCommand;
import chatd.admin.user.UserCommand;
import chatd.cli.CheckedOutput;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code chat-admin}: its options, and how it reports failures. */
@Command(
        name = "chat-admin",
        description = {
            "Manages a running chatd: its users, sessions, configuration and certificate; and inspects its log.",
            "What you may do depends on the group whose socket you can open: chatadmin may do everything; chathelp may"
                    + " show, list, add, reset, unlock and kick; chataudit may read the log, show and list."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Versions.class,
        subcommands = {
            UserCommand.class,
            SessionsCommand.class,
            BroadcastCommand.class,
            GroupCommand.class,
            MessageCommand.class,
            ReportCommand.class,
            StatsCommand.class,
            SearchCommand.class,
            StorageCommand.class,
            LogCommand.class,
            ConfigCommand.class,
            CertCommand.class,
            CompletionCommand.class,
            VersionCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0: done",
            "1: failed; a message says why",
            "2: wrong usage",
            "3: not allowed; for `log verify` and `log prove`: consistent in itself, but not authenticated",
            "4: no such user, group, file, message or report",
            "5: conflict: the name is taken, the file exists, or it is closed already",
            "69: no daemon answers, or it ended before it confirmed the command"
        },
        footerHeading = Program.EXAMPLES,
        footer = {
            "  chat-admin user add alice",
            "  chat-admin stats --watch",
            "  chat-admin log tail -f",
            "  chat-admin log verify /mnt/copy-of-the-log"
        })
public final class Main implements Runnable, Program {
    /** Commands that are never suggested to somebody who mistyped another: what they do can't be undone. */
    private static final Set<String> DESTRUCTIVE = Set.of("delete", "remove", "close");

    @Spec
    private CommandLine.Model.CommandSpec spec;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            scope = ScopeType.INHERIT,
            description = "The daemon's socket, or the directory of its sockets; else CHAT_ADMIN_SOCKET, else"
                    + " /run/chatd.")
    private @Nullable Path socket;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            defaultValue = "table",
            scope = ScopeType.INHERIT,
            description = "Output format: ${COMPLETION-CANDIDATES}; xml only for `log tail` and `log query`.")
    private Output output = Output.table;

    public static void main(String[] arguments) {
        // What machines read must not depend on the system's locale: some have digits of their own.
        Locale.setDefault(Locale.ROOT);
        System.setErr(new PrintStream(System.err, true, StandardCharsets.UTF_8));
        System.exit(CheckedOutput.run("chat-admin", () -> run(arguments), Exit.NO));
    }

    /**
     * Runs one command, on the standard streams as they are set when it begins.
     *
     * @return its exit code
     */
    public static int run(String... arguments) {
        Main main = new Main();
        return commandLine(main)
                .setExecutionExceptionHandler((failure, line, parsed) -> failed(failure))
                .setParameterExceptionHandler(Main::wrongUsage)
                .execute(arguments);
    }

    /** Returns all commands, for parsing, and for generating the man pages and the completion script. */
    static CommandLine commandLine(Main main) {
        return new CommandLine(main).setCaseInsensitiveEnumValuesAllowed(true);
    }

    private static int failed(Exception failure) throws Exception {
        switch (failure) {
            case CommandFailure known -> {
                Program.printError(String.valueOf(known.getMessage()));
                return known.exit();
            }
            case NotDone refused -> {
                Program.printError(String.valueOf(refused.getMessage()));
                return Exit.of(refused.code());
            }
            case NoSuchFileException missing -> Program.printError("There is no " + missing.getFile() + ".");
            case AccessDeniedException denied ->
                Program.printError("You may not read or write " + denied.getFile() + ".");
            case FileAlreadyExistsException there -> Program.printError(there.getFile() + " exists already.");
            case IOException e -> Program.printError(String.valueOf(e.getMessage()));
            default -> throw failure;
        }
        return Exit.NO;
    }

    /** Prints what was wrong, the closest matches, and where to read more. */
    private static int wrongUsage(CommandLine.ParameterException failure, String[] arguments) {
        CommandLine line = failure.getCommandLine();
        String wrong = String.valueOf(failure.getMessage());
        if (failure instanceof CommandLine.UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            wrong = "`" + line.getCommandSpec().qualifiedName() + "` has nothing called '"
                    + unmatched.getUnmatched().getFirst() + "'.";
        }
        Program.printError(wrong);
        if (failure instanceof CommandLine.UnmatchedArgumentException unmatched) {
            String near = unmatched.getSuggestions().stream()
                    .filter(command -> !DESTRUCTIVE.contains(command))
                    .map(command -> unmatched.isUnknownOption()
                            ? command
                            : line.getCommandSpec().qualifiedName() + " " + command)
                    .collect(Collectors.joining(" or "));
            if (!near.isEmpty()) {
                System.err.println("Did you mean: " + near + "?");
            }
        }
        System.err.println("`" + line.getCommandSpec().qualifiedName() + " --help` says more.");
        return Exit.USAGE;
    }

    private PrintStream out = System.out;
    private final Display screen = Display.of(System.getenv());

    static final class Versions implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"chat-admin " + Program.version() + " on Java " + Runtime.version()};
        }
    }

    @Override
    public void run() {
        throw Program.missingSubcommand(spec);
    }

    @Override
    public AdminLink daemon() {
        if (socket != null) {
            return new AdminLink(socket);
        }
        Map<String, String> environment = System.getenv();
        return new AdminLink(Path.of(environment.getOrDefault("CHAT_ADMIN_SOCKET", "/run/chatd")));
    }

    @Override
    public Output output() {
        return output;
    }

    @Override
    public Display screen() {
        return screen;
    }

    @Override
    public PrintStream out() {
        return out;
    }
}
