package chatd.admin;

import chatd.admin.api.AdminLink;
import chatd.admin.api.NotDone;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code chat-admin}: its options, and how failures are told. */
@Command(
        name = "chat-admin",
        description = {
            "Manages a running chatd: its users, sessions, configuration and certificate; and inspects its log.",
            "What you may do is what the group may whose socket you reach: chatadmin everything, chathelp show, list, add,"
                    + " reset, unlock and kick, chataudit the log, show and list."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Versions.class,
        subcommands = {
            UserCommand.class,
            SessionCommand.class,
            BroadcastCommand.class,
            StatsCommand.class,
            LogCommand.class,
            ConfigCommand.class,
            CertCommand.class,
            CompletionCommand.class,
            VersionCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0: done",
            "1: no; what was wrong is said",
            "2: wrong usage",
            "3: not allowed; of `log verify`: consistent in itself, but not authenticated",
            "4: no such user or file",
            "5: conflict: the name is taken, or the file is there",
            "69: the daemon is not there, or ended before it said whether it was done"
        },
        footerHeading = Main.EXAMPLES,
        footer = {
            "  chat-admin user add alice",
            "  chat-admin stats --watch",
            "  chat-admin log tail -f",
            "  chat-admin log verify /mnt/copy-of-the-log"
        })
public final class Main implements Runnable {
    /** Above what stands below a command's options. */
    static final String EXAMPLE = "%nExample:%n";

    static final String EXAMPLES = "%nExamples:%n";

    /** How results are printed. */
    enum Output {
        table,
        json,
        xml
    }

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
            description = "How to print: ${COMPLETION-CANDIDATES}; xml of `log tail` and `log query` alone.")
    private Output output = Output.table;

    public static void main(String[] arguments) {
        System.setErr(new PrintStream(System.err, true, StandardCharsets.UTF_8));
        System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        System.exit(run(arguments));
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

    /** All commands, as they are parsed, and as man pages and completion are made of them. */
    static CommandLine commandLine(Main main) {
        return new CommandLine(main).setCaseInsensitiveEnumValuesAllowed(true);
    }

    /** Says what was wrong; what a file or a person said in it can't steer the terminal. */
    static void complain(String text) {
        System.err.println("chat-admin: " + Shown.lines(text));
    }

    private static int failed(Exception failure) throws Exception {
        switch (failure) {
            case Failure known -> {
                complain(String.valueOf(known.getMessage()));
                return known.exit();
            }
            case NotDone refused -> {
                complain(String.valueOf(refused.getMessage()));
                return Exit.of(refused.code());
            }
            case NoSuchFileException missing -> complain("There is no " + missing.getFile() + ".");
            case AccessDeniedException denied -> complain("You may not read or write " + denied.getFile() + ".");
            case FileAlreadyExistsException there -> complain("There is a " + there.getFile() + " already.");
            case IOException e -> complain(String.valueOf(e.getMessage()));
            default -> throw failure;
        }
        return Exit.NO;
    }

    /** What was wrong, the nearest that there is, and where to read more. */
    private static int wrongUsage(CommandLine.ParameterException failure, String[] arguments) {
        CommandLine line = failure.getCommandLine();
        String wrong = String.valueOf(failure.getMessage());
        if (failure instanceof CommandLine.UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            wrong = "`" + line.getCommandSpec().qualifiedName() + "` has nothing called '"
                    + unmatched.getUnmatched().getFirst() + "'.";
        }
        complain(wrong);
        CommandLine.UnmatchedArgumentException.printSuggestions(
                failure, new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        System.err.println("`" + line.getCommandSpec().qualifiedName() + " --help` says more.");
        return Exit.USAGE;
    }

    private PrintStream out = System.out;
    private final Screen screen = Screen.of(System.getenv());

    static final class Versions implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"chat-admin " + version() + " on Java " + Runtime.version()};
        }
    }

    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    @Override
    public void run() {
        throw missing(spec);
    }

    /** A command that is nothing without one of its own. */
    static CommandLine.ParameterException missing(CommandLine.Model.CommandSpec spec) {
        return new CommandLine.ParameterException(
                spec.commandLine(),
                "`" + spec.qualifiedName() + "` needs a command: "
                        + String.join(", ", spec.subcommands().keySet()) + ".");
    }

    AdminLink daemon() {
        if (socket != null) {
            return new AdminLink(socket);
        }
        Map<String, String> environment = System.getenv();
        return new AdminLink(Path.of(environment.getOrDefault("CHAT_ADMIN_SOCKET", "/run/chatd")));
    }

    /** Whether results are printed as JSON; for commands that know no XML. */
    boolean json() {
        if (output == Output.xml) {
            throw new Failure(Exit.USAGE, "-o xml is for `log tail` and `log query`.");
        }
        return output == Output.json;
    }

    Output output() {
        return output;
    }

    Screen screen() {
        return screen;
    }

    PrintStream out() {
        return out;
    }
}
