package chatd.acceptance.kit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A running chatd, seen from outside: its port, its admin socket, its database, its directory. It has the accounts
 * alice and bob. {@link LocalDaemon} runs it in this process, {@link SpawnedDaemon} in a process of its own, {@link
 * DemoProcess} as part of a whole demo. {@link #connect}, {@link #person} and the methods built on them may be called
 * by any thread.
 */
public abstract class Chatd implements AutoCloseable {
    public static final String PASSWORD = "sturdy-enough-9";

    /** Cheap hashing: most tests do not need a password hash to be costly. */
    private static final Map<String, String> FAST =
            Map.of("CHATD_HASHING_MEMORY", "1 MiB", "CHATD_HASHING_ITERATIONS", "1", "CHATD_RATES_SEARCHES", "0");

    /** The environment variable with the Java options of a daemon that is a process. */
    public static final String JAVA_OPTIONS = "CHAT_JAVA_OPTIONS";

    /** Limits compilation to the first tier: a daemon that lives for seconds would compile for longer than it runs. */
    public static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";

    /** Settings in the daemon's environment, which take precedence over its file. */
    public final Map<String, String> environment = new HashMap<>(FAST);

    private static final AtomicInteger PEOPLE = new AtomicInteger();

    /** An account that a test made. */
    public record Person(String name, String password) {}

    /** The daemon's directory: {@code chatd.toml}, {@code chatd.log}, {@code log/}, certificates, sockets. */
    public final Path directory;

    private volatile @Nullable JdkTls tls;

    /**
     * @param onDisk whether its directory is on a disk; otherwise it is where the tests' other
     *     files are, possibly in memory
     */
    Chatd(boolean onDisk) {
        try {
            directory = onDisk ? Files.createTempDirectory(Path.of("/tmp"), "ca") : Files.createTempDirectory("ca");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a map of {@code KEY, VALUE, …}. */
    public static Map<String, String> pairs(String... environment) {
        var pairs = new HashMap<String, String>();
        for (int i = 0; i < environment.length; i += 2) {
            pairs.put(environment[i], environment[i + 1]);
        }
        return pairs;
    }

    public abstract int port();

    public abstract Path adminSocket();

    /** Returns the id of the process in which the daemon runs. */
    public abstract long pid();

    /** Returns the file with the CA, for clients. */
    public final Path ca() {
        return directory.resolve("ca.pem");
    }

    public final Path auditLog() {
        return directory.resolve("log");
    }

    /** Trusts the CA that is there now; to be called when the daemon is ready. */
    final void trustCa() {
        tls = JdkTls.trusting(ca());
    }

    public final String read(String file) {
        try {
            return Files.readString(directory.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Connects to the database, as its root. */
    public abstract Connection sql() throws SQLException;

    public static Connection sql(Path socket, String schema) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mariadb://localhost/" + schema + "?user=root&sslMode=disable&localSocket=" + socket);
    }

    /** Executes a statement; returns how many rows it has changed. */
    public final int execute(String sql) {
        try (Connection connection = sql();
                Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the number that a query selects. */
    public final long number(String query) {
        try (Connection connection = sql();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Connects and completes the handshake, with ALPN {@code chat/1}. */
    public Chat1Socket connect() {
        return new Chat1Socket(tls().connect(host(), port(), "chat/1"));
    }

    /** Returns the texts of a person's whole history, oldest first. */
    public List<String> texts(Person person) {
        try (JsonSocket reader = logInJson(JsonCarrier.LINES, person, "reads")) {
            return reader.texts();
        }
    }

    /** Returns how many messages are unread to a person in a conversation, as the daemon counts them. */
    public int unread(Person person, String with) {
        try (JsonSocket reader = JsonCarrier.LINES.connect(this)) {
            return reader.logIn(person.name(), person.password(), "counts")
                    .path("unread")
                    .path(with)
                    .path("count")
                    .asInt(0);
        }
    }

    /** Logs in with JSON on a new connection. */
    public JsonSocket logInJson(JsonCarrier carrier, Person person, String device) {
        JsonSocket socket = carrier.connect(this);
        assertThat(socket.logIn(person.name(), person.password(), device)
                        .path("code")
                        .asString())
                .isEqualTo("ok");
        return socket;
    }

    /** Returns alice, with the password that she was given. */
    public Person alice() {
        return new Person("alice", read("alice.password").strip());
    }

    /** Connects over IPv4 from another loopback address, which the daemon treats as another machine. */
    public Chat1Socket connectFrom(String address) {
        return new Chat1Socket(tls().connectFrom(address, "127.0.0.1", port()));
    }

    public JdkTls tls() {
        return requireNonNull(tls, "not ready");
    }

    public String host() {
        return "localhost";
    }

    /** Registers a new account over a connection of its own. */
    public Person person() {
        return person(newName());
    }

    /** Registers a new account with a name over a connection of its own. */
    public Person person(String name) {
        var person = new Person(name, PASSWORD);
        try (Chat1Socket socket = connect()) {
            socket.send(Wire.register(person.name(), person.password()));
            assertThat(socket.next().code()).isEqualTo(Wire.LOGGED_IN);
        }
        return person;
    }

    /**
     * Returns a name that nobody has, of letters that can't be confused with each other. No other name begins with all
     * but its last letter, so that it can be completed.
     */
    public static String newName() {
        var name = new StringBuilder("t");
        long number = PEOPLE.incrementAndGet() * 4096L + ProcessHandle.current().pid() % 4096;
        for (int i = 0; i < 7; i++, number /= 12) {
            name.append("abdefghkpsxz".charAt((int) (number % 12)));
        }
        return name.append('m').toString();
    }

    /** Logs in on a new connection and reads the settings. */
    public Chat1Socket logIn(Person person) {
        Chat1Socket socket = connect();
        socket.logIn(person);
        return socket;
    }

    /** Registers a new account and logs in with it. */
    public Chat1Socket newcomer() {
        return logIn(person());
    }

    /** Runs {@code chat-admin --socket …} in this process. */
    public ProcessResult admin(String input, String... arguments) {
        return ProcessResult.admin(input, onSocket(arguments));
    }

    /** Waits until the index for searches has caught up. */
    public void awaitIndexed() {
        await().untilAsserted(() -> {
            JsonNode status = JsonMapper.shared()
                    .readTree(
                            admin("", "search", "status", "-o", "json").exits(0).out());
            assertThat(status.path("state").asString()).isEqualTo("up to date");
            assertThat(status.path("upTo")).isEqualTo(status.path("newest"));
        });
    }

    /** Adds the daemon's socket to arguments of {@code chat-admin}. */
    public String[] onSocket(String... arguments) {
        var all = new ArrayList<>(List.of("--socket", adminSocket().toString()));
        all.addAll(List.of(arguments));
        return all.toArray(String[]::new);
    }

    /**
     * Creates chat-admin and chat-client for this daemon in a directory, which should come first in a shell's path;
     * returns it.
     */
    public Path programs(Path bin) throws IOException {
        Files.createDirectories(bin);
        program(bin.resolve("chat-admin"), "admin", "CHAT_ADMIN_SOCKET=" + adminSocket());
        program(bin.resolve("chat-client"), "client", "CHAT_CA=" + ca(), "CHAT_PORT=" + port());
        return bin;
    }

    private static void program(Path program, String command, String... environment) throws IOException {
        Files.writeString(
                program,
                "#!/bin/sh\nexec env '%s' '%s' %s \"$@\"\n"
                        .formatted(String.join("' '", environment), ProcessResult.ROOT.resolve("chat"), command));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Override
    public abstract void close();

    /** Returns whether something accepts connections on its port. */
    public boolean listens() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()), 1000);
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
