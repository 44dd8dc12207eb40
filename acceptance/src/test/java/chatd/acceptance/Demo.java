package chatd.acceptance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One {@code ./chat demo} as a process in a session of its own: started, signalled, killed, started again on the same
 * directory. Closing it ends all that it started and removes the directory. Used by one test thread; {@link #connect}
 * and {@link #person} by any.
 */
final class Demo implements AutoCloseable {

    static final String PASSWORD = "sturdy-enough-9";
    private static final Map<String, String> FAST =
            Map.of("CHATD_HASHING_MEMORY", "1 MiB", "CHATD_HASHING_ITERATIONS", "1");
    private static final AtomicInteger PEOPLE = new AtomicInteger();

    /** An account that a test made. */
    record Person(String name, String password) {}

    final Path directory;
    private final Map<String, String> environment = new HashMap<>(FAST);
    private final Path output;
    private @Nullable Process process;
    private volatile Map<String, String> facts = Map.of();
    private volatile @Nullable Tls tls;

    Demo(Map<String, String> environment) {
        this.environment.putAll(environment);
        try {
            directory = Files.createTempDirectory(Path.of("/tmp"), "ca");
            output = Files.createTempFile(Path.of("/tmp"), "ca", ".out");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A demo on a new directory, on a free port, with hashing made cheap; ready. {@code KEY, VALUE, …} */
    static Demo start(String... environment) {
        var map = new HashMap<String, String>();
        for (int i = 0; i < environment.length; i += 2) {
            map.put(environment[i], environment[i + 1]);
        }
        return new Demo(map).begin("--port", "0");
    }

    /** Starts it and waits until it is ready; the first time, that may mean a build. */
    Demo begin(String... options) {
        launch("", options);
        return awaitReady();
    }

    Demo awaitReady() {
        try {
            await().atMost(Duration.ofMinutes(5))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        assertThat(process().isAlive())
                                .as("the demo is alive; it said: %s", output())
                                .isTrue();
                        return Files.exists(directory.resolve("demo.env"));
                    });
            facts = facts();
        } catch (RuntimeException | AssertionError e) {
            close();
            throw e;
        }
        tls = Tls.trusting(Path.of(fact("CHAT_CA")));
        return this;
    }

    /** Starts the process only; {@code redirect} is shell syntax such as {@code <&-}. */
    Process launch(String redirect, String... options) {
        var command = new ArrayList<>(List.of("setsid", "env", "--default-signal=INT,QUIT,TERM", "sh", "-c"));
        command.add("exec \"$@\" " + redirect);
        command.add("sh");
        command.addAll(Run.command("demo", "--dir", directory.toString()));
        command.addAll(List.of(options));
        var builder = new ProcessBuilder(command)
                .directory(Run.ROOT.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().putAll(environment);
        try {
            Process started = builder.start();
            process = started;
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Process process() {
        return requireNonNull(process, "not started");
    }

    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads {@code demo.env} anew. */
    Map<String, String> facts() {
        var map = new HashMap<String, String>();
        for (String line : read("demo.env").lines().toList()) {
            int equals = line.indexOf('=');
            String value = line.substring(equals + 1);
            boolean quoted = value.startsWith("'");
            map.put(
                    line.substring(0, equals),
                    quoted ? value.substring(1, value.length() - 1).replace("'\\''", "'") : value);
        }
        return map;
    }

    String fact(String key) {
        return requireNonNull(facts.get(key), key);
    }

    String read(String file) {
        try {
            return Files.readString(directory.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path auditLog() {
        return Path.of(fact("CHAT_AUDIT_LOG"));
    }

    ProcessHandle daemon() {
        return ProcessHandle.of(Long.parseLong(fact("CHAT_PID"))).orElseThrow();
    }

    /** The demo's own {@code mariadbd}, found by its directory. */
    Optional<ProcessHandle> database() {
        return mine().filter(process -> argv(process).getFirst().endsWith("mariadbd"))
                .findFirst();
    }

    /** A connection to the database, as its root. */
    Connection sql() throws SQLException {
        Path socket = Path.of(fact("CHAT_ADMIN_SOCKET")).resolveSibling("mariadb.sock");
        return DriverManager.getConnection(
                "jdbc:mariadb://localhost/chatd?user=root&sslMode=disable&localSocket=" + socket);
    }

    /** Every process whose command line names the demo's directory. */
    Stream<ProcessHandle> mine() {
        return ProcessHandle.allProcesses()
                .filter(process -> argv(process).stream().anyMatch(a -> a.contains(directory.toString())));
    }

    static List<String> argv(ProcessHandle process) {
        try {
            return List.of(Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"))
                    .split("\0", -1));
        } catch (IOException _) {
            return List.of(""); // it ended meanwhile
        }
    }

    /** {@code kill -9} of the daemon, and its death. */
    void killDaemon() {
        ProcessHandle daemon = daemon();
        daemon.destroyForcibly();
        daemon.onExit().join();
    }

    /** Waits for the demo's end by itself; its exit code. */
    int awaitEnd() {
        try {
            assertThat(process().waitFor(Patience.LONG))
                    .as("the demo ends; it said: %s", output())
                    .isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return process().exitValue();
    }

    int stop() {
        process().destroy();
        return awaitEnd();
    }

    /** A connection whose handshake is done, with ALPN {@code chat/1}. */
    Chat1Socket connect() {
        return new Chat1Socket(tls().connect(host(), port(), "chat/1"));
    }

    /** The same with {@code chat-json/1}. */
    JsonSocket connectJson() {
        return new JsonSocket(tls().connect(host(), port(), "chat-json/1"));
    }

    /** Logs in with JSON on a new connection. */
    JsonSocket logInJson(Person person, String device) {
        JsonSocket socket = connectJson();
        assertThat(socket.logIn(person.name(), person.password(), device)
                        .path("code")
                        .asString())
                .isEqualTo("ok");
        return socket;
    }

    /** alice, as the demo made her. */
    Person alice() {
        return new Person("alice", read("alice.password").strip());
    }

    /** A connection over IPv4 from another loopback address, so to the daemon from another machine. */
    Chat1Socket connectFrom(String address) {
        return new Chat1Socket(tls().connectFrom(address, "127.0.0.1", port()));
    }

    Tls tls() {
        return requireNonNull(tls, "not ready");
    }

    String host() {
        return fact("CHAT_HOST");
    }

    int port() {
        return Integer.parseInt(fact("CHAT_PORT"));
    }

    /** Registers a new account over a connection of its own. */
    Person person() {
        var person = new Person(newName(), PASSWORD);
        try (Chat1Socket socket = connect()) {
            socket.send(Wire.register(person.name(), person.password()));
            assertThat(socket.next().code()).isEqualTo(Wire.LOGGED_IN);
        }
        return person;
    }

    /**
     * A name nobody has, of letters none of which looks like another. No other begins like it, its last letter left out: it
     * can be completed.
     */
    static String newName() {
        var name = new StringBuilder("t");
        long number = PEOPLE.incrementAndGet() * 4096L + ProcessHandle.current().pid() % 4096;
        for (int i = 0; i < 7; i++, number /= 12) {
            name.append("abdefghkpsxz".charAt((int) (number % 12)));
        }
        return name.append('m').toString();
    }

    /** Logs in on a new connection, up to and with the settings. */
    Chat1Socket logIn(Person person) {
        Chat1Socket socket = connect();
        socket.logIn(person);
        return socket;
    }

    /** A new account, logged in. */
    Chat1Socket newcomer() {
        return logIn(person());
    }

    /** {@code ./chat admin --socket …} */
    Run admin(String input, String... arguments) {
        var all = new ArrayList<>(List.of("admin", "--socket", fact("CHAT_ADMIN_SOCKET")));
        all.addAll(List.of(arguments));
        return Run.chat(input, Map.of(), all.toArray(String[]::new));
    }

    @Override
    public void close() {
        try {
            Process started = process;
            if (started != null) {
                started.destroy();
                if (!started.waitFor(Duration.ofSeconds(30))) {
                    Run.signal("KILL", -started.pid());
                }
            }
            mine().forEach(ProcessHandle::destroyForcibly);
            await().until(() -> mine().findAny().isEmpty());
            Wire.deleteTree(directory);
            Files.deleteIfExists(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether something takes connections at the demo's port. */
    boolean listens() {
        try (var socket = new java.net.Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()), 1000);
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
