package chatd.admin;

import chatd.admin.api.AdminLink;
import chatd.admin.api.CallFailure;
import chatd.admin.backup.BackupCommand;
import chatd.admin.backup.RestoreCommand;
import chatd.admin.log.LogCommand;
import chatd.admin.moderation.BroadcastCommand;
import chatd.admin.moderation.GroupCommand;
import chatd.admin.moderation.HoldCommand;
import chatd.admin.moderation.MessageCommand;
import chatd.admin.moderation.ReportCommand;
import chatd.admin.moderation.RetentionCommand;
import chatd.admin.system.CertCommand;
import chatd.admin.system.CompletionCommand;
import chatd.admin.system.ConfigCommand;
import chatd.admin.system.DoctorCommand;
import chatd.admin.system.SearchCommand;
import chatd.admin.system.StatsCommand;
import chatd.admin.system.StorageCommand;
import chatd.admin.system.VersionCommand;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Display;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Output;
import chatd.admin.terminal.Program;
import chatd.admin.user.SessionsCommand;
import chatd.admin.user.UserCommand;
import chatd.backup.archive.BackupFailure;
import chatd.cli.CheckedOutput;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
                    + " show, list, add, reset, unlock and kick; chatmod may see reports, remove messages, mute, and close"
                    + " groups; chataudit may read the log, show and list."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Versions.class,
        subcommands = {
            UserCommand.class,
            SessionsCommand.class,
            BroadcastCommand.class,
            GroupCommand.class,
            RetentionCommand.class,
            HoldCommand.class,
            MessageCommand.class,
            ReportCommand.class,
            StatsCommand.class,
            DoctorCommand.class,
            SearchCommand.class,
            StorageCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
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
            "2: usage error",
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

    /** The options of every command. */
    private static final Set<String> SHARED = Set.of("--help", "--output", "--socket", "--version");

    private static final Pattern NOT_A_NUMBER = Pattern.compile(
            "Invalid value for (?:option '([^']*)'(?: \\([^)]*\\))?|positional parameter at index \\S+ \\(([^)]*)\\)):"
                    + " ('.*') is not an? (?:int|long)",
            Pattern.DOTALL);

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
            paramLabel = "FORMAT",
            defaultValue = "table",
            scope = ScopeType.INHERIT,
            description =
                    "Output format: ${COMPLETION-CANDIDATES}; xml only for `log tail` and `log query`, nagios only for"
                            + " `stats --check`.")
    private Output output = Output.table;

    public static void main(String[] arguments) {
        // Machine-readable output must not depend on the system's locale: some have digits of their own.
        Locale.setDefault(Locale.ROOT);
        System.setErr(new PrintStream(System.err, true, StandardCharsets.UTF_8));
        System.exit(CheckedOutput.run("chat-admin", () -> run(arguments), Exit.FAILED));
    }

    /**
     * Runs one command, on the standard streams as they are set when it begins.
     *
     * @return its exit code
     */
    public static int run(String... arguments) {
        Main main = new Main();
        return commandLine(main)
                .setExecutionExceptionHandler((failure, line, parsed) -> main.failed(failure))
                .setParameterExceptionHandler(main::wrongUsage)
                .execute(arguments);
    }

    /** Returns all commands, for parsing, and for generating the man pages and the completion script. */
    static CommandLine commandLine(Main main) {
        CommandLine line = new CommandLine(main).setCaseInsensitiveEnumValuesAllowed(true);
        line.getSubcommands().values().forEach(Main::describeSharedOptionsOnce);
        return line;
    }

    /** Describes the options that all commands share only in the help of the program itself. */
    private static void describeSharedOptionsOnce(CommandLine command) {
        command.getHelpSectionMap()
                .put(
                        CommandLine.Model.UsageMessageSpec.SECTION_KEY_OPTION_LIST,
                        help -> help.optionListExcludingGroups(help.commandSpec().options().stream()
                                        .filter(option -> !SHARED.contains(option.longestName()))
                                        .toList())
                                + "Also: --help, --output, --socket, --version, as in `chat-admin --help`.%n"
                                        .formatted());
        command.getSubcommands().values().forEach(Main::describeSharedOptionsOnce);
    }

    private int failed(Exception failure) throws Exception {
        return switch (failure) {
            case CommandFailure known -> printFailure(known.getMessage(), known.exit());
            case CallFailure refused -> printFailure(refused.getMessage(), Exit.of(refused.code()));
            case NoSuchFileException missing -> printFailure("There is no " + missing.getFile() + ".", Exit.FAILED);
            case AccessDeniedException denied ->
                printFailure("You may not read or write " + denied.getFile() + ".", Exit.FAILED);
            case FileAlreadyExistsException there -> printFailure(there.getFile() + " exists already.", Exit.FAILED);
            case BackupFailure e -> printFailure(sentence(String.valueOf(e.getMessage())), Exit.FAILED);
            case IOException e -> printFailure(e.getMessage(), Exit.FAILED);
            default -> throw failure;
        };
    }

    /** Returns a clause as a sentence. */
    private static String sentence(String clause) {
        return clause.substring(0, 1).toUpperCase(Locale.ROOT) + clause.substring(1) + ".";
    }

    /** What went wrong, as JSON. */
    private record Failure(String error, int exit) {}

    /** Prints what went wrong, in the form that was asked for; returns the exit code. */
    private int printFailure(@Nullable String wrong, int exit) {
        if (output == Output.json) {
            Format.json(System.err, new Failure(String.valueOf(wrong), exit));
        } else {
            Program.printError(String.valueOf(wrong));
        }
        return exit;
    }

    /** Prints what was wrong, a hint or the closest matches, and where to read more. */
    private int wrongUsage(CommandLine.ParameterException failure, String[] arguments) {
        Optional<CommandLine> asked = commandToDescribe(spec.commandLine(), List.of(arguments));
        if (asked.isPresent()) {
            asked.get().usage(out);
            return Exit.OK;
        }
        CommandLine line = failure.getCommandLine();
        String command = line.getCommandSpec().qualifiedName();
        List<String> unmatched =
                failure instanceof CommandLine.UnmatchedArgumentException it ? it.getUnmatched() : List.of();
        boolean isCommand = !unmatched.isEmpty() && !unmatched.getFirst().startsWith("-");
        Matcher number = NOT_A_NUMBER.matcher(String.valueOf(failure.getMessage()));
        String wrong = isCommand
                ? "`" + command
                        + (line.getSubcommands().isEmpty()
                                ? "` takes no more arguments; there is an extra '"
                                : "` has nothing called '")
                        + unmatched.getFirst() + "'."
                : number.matches()
                        ? (number.group(1) == null ? number.group(2) : number.group(1))
                                + " must be a whole number, not " + number.group(3) + "."
                        : String.valueOf(failure.getMessage());
        String near = isCommand && !line.getSubcommands().isEmpty()
                ? CommandHints.hintFor(command, unmatched.getFirst()).orElseGet(() -> suggest(failure, command + " "))
                : suggest(failure, isCommand ? command + " " : "");
        String more = "`" + command + " --help` for more.";
        if (output == Output.json) {
            return printFailure(
                    Stream.of(wrong, near, more).filter(text -> !text.isEmpty()).collect(Collectors.joining(" ")),
                    Exit.USAGE);
        }
        Program.printError(wrong);
        if (!near.isEmpty()) {
            System.err.println(near);
        }
        System.err.println(more);
        return Exit.USAGE;
    }

    /** Returns the command to describe if {@code help} was typed in place of a command; otherwise empty. */
    private static Optional<CommandLine> commandToDescribe(CommandLine root, List<String> arguments) {
        CommandLine about = root;
        boolean isHelpAsked = false;
        boolean isValue = false;
        for (String word : arguments) {
            CommandLine next = about.getSubcommands().get(word);
            if (word.startsWith("-")) {
                isValue = true;
                continue;
            }
            if (next != null) {
                about = next;
            } else if (word.equals("help") && !about.getSubcommands().isEmpty()) {
                isHelpAsked = true;
            } else if (!isValue) {
                break;
            }
            isValue = false;
        }
        return isHelpAsked ? Optional.of(about) : Optional.empty();
    }

    /** Returns a question that suggests similarly spelled words; empty if there are none. */
    private static String suggest(CommandLine.ParameterException failure, String before) {
        if (!(failure instanceof CommandLine.UnmatchedArgumentException unmatched)) {
            return "";
        }
        String near = unmatched.getSuggestions().stream()
                .filter(word -> !DESTRUCTIVE.contains(word))
                .map(word -> before + word)
                .collect(Collectors.joining(" or "));
        return near.isEmpty() ? "" : "Did you mean: " + near + "?";
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
    public Display display() {
        return screen;
    }

    @Override
    public PrintStream out() {
        return out;
    }
}
