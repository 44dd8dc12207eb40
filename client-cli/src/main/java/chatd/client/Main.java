package chatd.client;

import chatd.protocol.Secret;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code chat-client}: its options, and how failures are told. */
@Command(
        name = "chat-client",
        description = "Talks to people on a chatd. Without a command, in a terminal; with one, for scripts.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Versions.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0: done; of `send`: stored",
            "1: no; what was wrong is said",
            "2: wrong usage",
            "4: no such recipient",
            "69: the server is not there, or its certificate is not vouched for",
            "77: log in refused"
        },
        footer = {
            "",
            "Examples:",
            "  chat-client alice@chat.example.org",
            "  chat-client --password-file pw alice@[::1]:7443 send bob -- The backup is done",
            "A script displaces the account's interactive session: give it an account of its own."
        })
public final class Main implements Callable<Integer> {
    /** It logs every connection; held here, since loggers that nobody holds forget their level. */
    private static final Logger TLS_LOG = Logger.getLogger("org.bouncycastle");

    @Spec
    private CommandLine.Model.CommandSpec spec;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "The authority that vouches for the server (PEM); else CHAT_CA, else the system's.")
    private @Nullable Path authorities;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "Read the password from the first line of a file.")
    private @Nullable Path passwordFile;

    @Option(
            names = "--downloads",
            paramLabel = "DIR",
            description = "Where fetched files are put; else the current directory.")
    private Path downloads = Path.of("");

    @Parameters(
            paramLabel = "USER@HOST[:PORT]",
            description = "Whom to log in as, and where. Without a port CHAT_PORT, else 7443.",
            defaultValue = "")
    private String address = "";

    private final PrintStream out;
    private final List<String> words;

    private Main(PrintStream out, List<String> words) {
        this.out = out;
        this.words = words;
    }

    public static void main(String[] arguments) {
        TLS_LOG.setLevel(Level.OFF);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        int end = Arrays.asList(arguments).indexOf("--");
        List<String> text = end < 0 ? List.of() : List.of(arguments).subList(end + 1, arguments.length);
        String[] options = end < 0 ? arguments : Arrays.copyOf(arguments, end);
        System.exit(new CommandLine(new Main(out, text))
                .setExecutionExceptionHandler((failure, line, parsed) -> {
                    if (failure instanceof Failure known) {
                        System.err.println("chat-client: " + known.getMessage());
                        return known.exit();
                    }
                    if (failure instanceof IOException lost) {
                        System.err.println("chat-client: the connection was lost: " + lost.getMessage());
                        return Failure.NO_SERVER;
                    }
                    throw failure;
                })
                .execute(options));
    }

    static final class Versions implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {
                "chat-client " + (version == null ? "development" : version) + " on Java " + Runtime.version()
            };
        }
    }

    private Address where() {
        try {
            String port = System.getenv().getOrDefault("CHAT_PORT", "");
            return Address.parse(address, port.matches("\\d{1,5}") ? Integer.parseInt(port) : Address.DEFAULT_PORT);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private Link connect(Address where) {
        String named = System.getenv().getOrDefault("CHAT_CA", "");
        return Link.connect(where, authorities == null && !named.isEmpty() ? Path.of(named) : authorities);
    }

    private Optional<Secret> password() throws IOException {
        Path file = passwordFile;
        if (file == null) {
            return Optional.empty();
        }
        if (!Files.isReadable(file)) {
            throw new ParameterException(spec.commandLine(), "there is no file " + file + " that can be read");
        }
        try (var lines = Files.lines(file)) {
            return Optional.of(Secret.of(lines.findFirst().orElse("")));
        }
    }

    @Override
    public Integer call() throws IOException {
        Address where = where();
        try (Link link = connect(where);
                Screen screen = isTerminal() ? new TerminalScreen() : new PlainScreen()) {
            Talk talk = new Talk(link, screen, where.user(), downloads);
            talk.logIn(password());
            talk.run();
        }
        return 0;
    }

    @SuppressWarnings("SystemConsoleNull") // which it is depends on the provider that the JDK was built with
    private static boolean isTerminal() {
        return System.console() != null && System.console().isTerminal();
    }

    private interface Doing {
        void run(Script script) throws IOException;
    }

    private int script(Doing doing) throws IOException {
        Address where = where();
        Secret password = password()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "a script names its password's file: --password-file FILE"));
        try (Link link = connect(where)) {
            Script script = new Script(link, out);
            script.logIn(where.user(), password);
            doing.run(script);
        }
        return 0;
    }

    @Command(
            name = "send",
            description = "Sends a text (after --, or from standard input) or a file; exit 0 says that it is stored.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: chat-client --password-file pw alice@localhost send bob carol -- Lunch?"})
    int send(
            @Parameters(paramLabel = "TO", arity = "0..*", description = "To whom; nobody named is everyone.") @Nullable
                    List<String> to,
            @Option(names = "--file", paramLabel = "FILE", description = "Send this file.") @Nullable Path file)
            throws IOException {
        String text = words.isEmpty() && file == null
                ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8).strip()
                : String.join(" ", words);
        if (file != null && (!Files.isReadable(file) || Files.isDirectory(file))) {
            throw new ParameterException(spec.commandLine(), "there is no file " + file + " that can be read");
        }
        return script(script -> script.send(to == null ? List.of() : to, text, file));
    }

    @Command(
            name = "tail",
            description = "Prints what comes, a line each, until interrupted.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: chat-client --password-file pw log@localhost tail"})
    int tail() throws IOException {
        return script(Script::tail);
    }
}
