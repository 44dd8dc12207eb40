package chatd.client;

import chatd.cli.CheckedOutput;
import chatd.client.command.CompletionCommand;
import chatd.client.command.Context;
import chatd.client.command.ExportCommand;
import chatd.client.command.PasswdCommand;
import chatd.client.command.RegisterCommand;
import chatd.client.command.ScriptCommand;
import chatd.client.command.message.BackCommand;
import chatd.client.command.message.CorrectCommand;
import chatd.client.command.message.DirectCommand;
import chatd.client.command.message.FetchCommand;
import chatd.client.command.message.FindCommand;
import chatd.client.command.message.HistoryCommand;
import chatd.client.command.message.PipeCommand;
import chatd.client.command.message.ReactCommand;
import chatd.client.command.message.ReceiptCommand;
import chatd.client.command.message.SendCommand;
import chatd.client.command.message.TailCommand;
import chatd.client.command.people.ConversationsCommand;
import chatd.client.command.people.FriendsCommand;
import chatd.client.command.people.GroupCommand;
import chatd.client.command.people.SessionsCommand;
import chatd.client.command.people.WhoCommand;
import chatd.client.input.PasswordOptions;
import chatd.client.input.SizeLimits;
import chatd.client.login.Dialogue;
import chatd.client.login.Sessions;
import chatd.client.net.Address;
import chatd.client.net.ClientFailure;
import chatd.client.net.DeviceKey;
import chatd.client.net.KnownHosts;
import chatd.client.net.Link;
import chatd.client.net.PrivateFiles;
import chatd.client.repl.Repl;
import chatd.client.screen.DumbScreen;
import chatd.client.screen.LineCompleter;
import chatd.client.screen.PlainScreen;
import chatd.client.screen.Presenter;
import chatd.client.screen.Screen;
import chatd.client.screen.TerminalScreen;
import chatd.client.talk.exchange.LoginExchange;
import chatd.protocol.value.Secret;
import chatd.text.SafeText;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jline.utils.Levenshtein;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code chat-client} command: its options and error reporting. */
@Command(
        name = "chat-client",
        description = {
            "Talks to people on a chatd server. Without a command, runs interactively in a terminal; with one, for scripts.",
            "Give scripts accounts of their own where the server speaks only chat/1: there an account has one session, and"
                    + " a script displaces it."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Versions.class,
        subcommands = {
            SendCommand.class,
            CorrectCommand.class,
            BackCommand.class,
            ReactCommand.class,
            TailCommand.class,
            HistoryCommand.class,
            FindCommand.class,
            ConversationsCommand.class,
            FriendsCommand.class,
            GroupCommand.class,
            DirectCommand.class,
            WhoCommand.class,
            SessionsCommand.class,
            PipeCommand.class,
            CompletionCommand.class,
            FetchCommand.class,
            ExportCommand.class,
            ReceiptCommand.class,
            PasswdCommand.class,
            RegisterCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0: done; for `send`: stored",
            "1: failed; the reason is printed",
            "2: usage error",
            "4: no such recipient, file or message",
            "5: conflict: the name is taken",
            "69: the server can't be reached, or is not trusted; the connection was lost",
            "75: refused for now, e.g. because the database is unavailable: try again later",
            "77: login refused"
        },
        footerHeading = ScriptCommand.EXAMPLES,
        footer = {
            "  chat-client alice@chat.example.org",
            "  chat-client --password-file pw alice@[::1]:7443 send bob -- The backup is done"
        })
public final class Main implements Context, Callable<Integer> {
    /**
     * Bouncy Castle's logger, turned off because it logs every connection. Held here, because the log manager holds
     * loggers only weakly, and one that is collected loses its level.
     */
    private static final Logger TLS_LOG = Logger.getLogger("org.bouncycastle");

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Mixin
    private PasswordOptions password;

    @Option(names = "--to", paramLabel = "NAMES", description = "The initial recipients of what you type, as with /to.")
    private String to = "";

    @Option(
            names = "--downloads",
            paramLabel = "DIR",
            description = "The directory for fetched files; by default the current one.")
    private Path downloads = Path.of("");

    @Option(
            names = "--remember",
            description = "Stay logged in on this machine: the next start needs no password. /logout ends that.")
    private boolean remember;

    @Parameters(
            paramLabel = "[USER@]HOST[:PORT]",
            description = "The account and server to log in to. The user defaults to your login name here, the port"
                    + " to CHAT_PORT, else 7443.",
            defaultValue = "")
    private String address = "";

    private final Map<String, String> environment;
    private final PrintStream out;
    private final List<String> words;

    Main(Map<String, String> environment, PrintStream out, List<String> words) {
        this.environment = environment;
        this.out = out;
        this.words = words;
    }

    public static void main(String[] arguments) {
        // Machine-readable output must not depend on the system's locale: some have their own digits.
        Locale.setDefault(Locale.ROOT);
        // Try addresses in the order that the system prefers, rather than always IPv4 first.
        System.setProperty("java.net.preferIPv6Addresses", "system");
        Thread.ofPlatform().daemon().name("prepare").start(Link::prepare);
        System.exit(CheckedOutput.run("chat-client", () -> run(System.getenv(), arguments), ClientFailure.FAILED));
    }

    /**
     * Runs the program on the standard streams. A script command returns at its end; an interactive session may exit
     * the JVM.
     *
     * @param environment {@code CHAT_CA}, {@code CHAT_PORT}, {@code NO_COLOR}, and the variables that locate the state
     *     directory
     * @return the exit code
     */
    public static int run(Map<String, String> environment, String... arguments) {
        TLS_LOG.setLevel(Level.OFF);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        int end = Arrays.asList(arguments).indexOf("--");
        List<String> text = end < 0 ? List.of() : List.of(arguments).subList(end + 1, arguments.length);
        String[] options = end < 0 ? arguments : Arrays.copyOf(arguments, end);
        return commandLine(new Main(environment, out, text))
                .setExecutionExceptionHandler((failure, line, parsed) -> {
                    switch (failure) {
                        case ClientFailure known when known.text().isEmpty() -> {}
                        case ClientFailure known -> err.println("chat-client: " + SafeText.text(known.text()));
                        case FileSystemException file -> {
                            err.println("chat-client: "
                                    + SafeText.line(file.getMessage() + ": "
                                            + file.getClass().getSimpleName()));
                            return ClientFailure.FAILED;
                        }
                        case IOException lost ->
                            err.println("chat-client: " + SafeText.line(String.valueOf(lost.getMessage())));
                        default -> throw failure;
                    }
                    return failure instanceof ClientFailure known ? known.exit() : ClientFailure.NO_SERVER;
                })
                .setParameterExceptionHandler((mistake, line) -> {
                    err.println("chat-client: " + SafeText.line(describe(mistake)) + " `chat-client --help` for more.");
                    return mistake.getCommandLine().getCommandSpec().exitCodeOnInvalidInput();
                })
                .execute(options);
    }

    /** Returns the command line of a main command, with all its subcommands. */
    static CommandLine commandLine(Main main) {
        CommandLine line = new CommandLine(main).setCaseInsensitiveEnumValuesAllowed(true);
        CommandSpec spec = line.getCommandSpec();
        String name = spec.name();
        spec.name(name + " [OPTION...] [USER@]HOST[:PORT]");
        for (CommandLine command : line.getSubcommands().values()) {
            if (command.getCommand() instanceof ScriptCommand) {
                // The address comes before the command.
                String synopsis = command.getHelp().synopsis("Usage: ".length());
                command.getCommandSpec()
                        .usageMessage()
                        .customSynopsis(synopsis.lines().toArray(String[]::new));
            }
        }
        spec.name(name);
        return line;
    }

    private static String describe(ParameterException mistake) {
        if (mistake instanceof CommandLine.UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            String word = unmatched.getUnmatched().getFirst();
            return "There is no command " + word
                    + mistake.getCommandLine().getSubcommands().keySet().stream()
                            .filter(command -> Levenshtein.distance(command, word) <= 2)
                            .findFirst()
                            .map(command -> "; did you mean " + command + "?")
                            .orElse(".");
        }
        return String.valueOf(mistake.getMessage()).replaceFirst("\\.$", "") + ".";
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

    @Override
    public boolean hasCertificate() {
        return server.hasCertificate();
    }

    @Override
    public Link.Connector server() {
        return server.at(address(), environment.getOrDefault("CHAT_CA", ""), knownHosts());
    }

    private KnownHosts knownHosts() {
        return new KnownHosts(state().resolve("known-hosts"));
    }

    @Override
    public Address address() {
        if (address.isEmpty()) {
            throw usageError("an address is missing, such as alice@chat.example.org");
        }
        try {
            String port = environment.getOrDefault("CHAT_PORT", "");
            return Address.parse(address, port.matches("\\d{1,5}") ? Integer.parseInt(port) : Address.DEFAULT_PORT);
        } catch (IllegalArgumentException e) {
            throw usageError(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public ParameterException usageError(String what) {
        return new ParameterException(spec.commandLine(), what);
    }

    @Override
    public String user() {
        return SizeLimits.checkName(address().user().orElse(System.getProperty("user.name")));
    }

    private Path state() {
        return PrivateFiles.directory(environment);
    }

    @Override
    public Path downloads() {
        return downloads;
    }

    @Override
    public PasswordOptions password() {
        return password;
    }

    @Override
    public PrintStream out() {
        return out;
    }

    @Override
    public List<String> words() {
        return words;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Address where = address();
        String user = user();
        // Read before connecting, because it may take the user a while.
        Optional<Secret> given = password.read();
        Link.Connector link = server();
        link.connectAhead();
        AtomicReference<Supplier<List<String>>> people = new AtomicReference<>(List::of);
        AtomicReference<Supplier<List<LineCompleter.File>>> files = new AtomicReference<>(List::of);
        Optional<DeviceKey> device = device(user, where);
        try (Screen screen = screen(
                file("typed", user, where),
                new LineCompleter(
                        () -> Objects.requireNonNull(people.get()).get(),
                        () -> Objects.requireNonNull(files.get()).get()))) {
            LoginExchange login = new LoginExchange(
                    link,
                    user,
                    device.map(key -> new LoginExchange.Device(key.label(), false, true))
                            .orElseGet(() -> LoginExchange.Device.fresh(false)));
            boolean mayColour = environment.getOrDefault("NO_COLOR", "").isEmpty();
            Presenter presenter = new Presenter(screen, user, mayColour);
            Sessions sessions = new Sessions(
                    login, presenter, Optional.of(file("shown", user, where)), true, renewed -> keep(device, renewed));
            Dialogue dialogue = new Dialogue(screen, presenter, where, link, login, knownHosts(), device);
            Repl talk = new Repl(screen, presenter, dialogue, sessions, downloads);
            people.set(talk::names);
            files.set(presenter::files);
            talk.run(given, to);
        } finally {
            if (device.isPresent()) {
                device.get().close();
            }
        }
        return 0;
    }

    /** Returns the file of an account in one of the directories of the client's state. */
    private Path file(String directory, String user, Address where) {
        return state().resolve(directory).resolve(user.replace("/", "_") + "@" + where.server());
    }

    /** Returns the key of this device, if it has one or was asked to store one. */
    private Optional<DeviceKey> device(String user, Address where) throws IOException {
        Path file = file("keys", user, where);
        if (server.isChat1() || !(remember || DeviceKey.exists(file))) {
            return Optional.empty();
        }
        Optional<DeviceKey> held =
                DeviceKey.tryLock(file, LoginExchange.Device.fresh(false).label());
        if (held.isEmpty() && remember) {
            out.println("* Another chat-client of yours uses the key of this device; this one needs the password.");
        }
        return held;
    }

    private static void keep(Optional<DeviceKey> device, Secret renewed) {
        try {
            if (device.isPresent()) {
                device.get().keep(renewed);
            }
        } catch (IOException e) {
            // The previous key is good for one more login.
        }
    }

    /** Returns the screen to use: a simpler one if there is no terminal, or it understands no control sequences. */
    private Screen screen(Path history, LineCompleter completer) throws IOException {
        if (!Screen.isTerminal()) {
            return new PlainScreen();
        }
        return environment.getOrDefault("TERM", "dumb").equals("dumb")
                ? new DumbScreen()
                : new TerminalScreen(history, completer);
    }
}
