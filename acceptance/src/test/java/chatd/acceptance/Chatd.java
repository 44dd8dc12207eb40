package chatd.acceptance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A running chatd, seen from outside: its port, its admin socket, its database, its directory. It has the accounts alice
 * and bob. {@link LocalDaemon} runs it in this process, {@link SpawnedDaemon} as one of its own,
 * {@link DemoProcess} with all that a demo has. {@link #connect}, {@link #person} and
 * what is made of them: any thread.
 */
abstract class Chatd implements AutoCloseable {
    static final String PASSWORD = "sturdy-enough-9";

    /** Hashing made cheap: what most tests need of a password is not its cost. */
    private static final Map<String, String> FAST =
            Map.of("CHATD_HASHING_MEMORY", "1 MiB", "CHATD_HASHING_ITERATIONS", "1");

    /** Of a daemon that is a process. */
    static final String JAVA_OPTIONS = "CHAT_JAVA_OPTIONS";

    /** A daemon that lives for seconds is compiled for longer than it runs, else. */
    static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";

    /** What is set in the daemon's environment, and so before its file. */
    final Map<String, String> environment = new HashMap<>(FAST);

    private static final AtomicInteger PEOPLE = new AtomicInteger();

    /** An account that a test made. */
    record Person(String name, String password) {}

    /** What the daemon keeps is in here: {@code chatd.toml}, {@code chatd.log}, {@code log/}, certificates, sockets. */
    final Path directory;

    private volatile @Nullable JdkTls tls;

    Chatd() {
        try {
            directory = Files.createTempDirectory(Path.of("/tmp"), "ca");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code KEY, VALUE, …} */
    static Map<String, String> pairs(String... environment) {
        var pairs = new HashMap<String, String>();
        for (int i = 0; i < environment.length; i += 2) {
            pairs.put(environment[i], environment[i + 1]);
        }
        return pairs;
    }

    abstract int port();

    abstract Path adminSocket();

    /** Of the process that the daemon is in. */
    abstract long pid();

    /** Where a client finds the CA. */
    final Path ca() {
        return directory.resolve("ca.pem");
    }

    final Path auditLog() {
        return directory.resolve("log");
    }

    /** The daemon is ready, with the certificate that is there now. */
    final void ready() {
        tls = JdkTls.trusting(ca());
    }

    final String read(String file) {
        try {
            return Files.readString(directory.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection to the database, as its root. */
    abstract Connection sql() throws SQLException;

    static Connection sql(Path socket, String schema) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mariadb://localhost/" + schema + "?user=root&sslMode=disable&localSocket=" + socket);
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

    /** alice, with the password that she was given. */
    Person alice() {
        return new Person("alice", read("alice.password").strip());
    }

    /** A connection over IPv4 from another loopback address, so to the daemon from another machine. */
    Chat1Socket connectFrom(String address) {
        return new Chat1Socket(tls().connectFrom(address, "127.0.0.1", port()));
    }

    JdkTls tls() {
        return requireNonNull(tls, "not ready");
    }

    String host() {
        return "localhost";
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

    /** {@code chat-admin --socket …}, in this process. */
    Run admin(String input, String... arguments) {
        return Run.admin(input, onSocket(arguments));
    }

    private String[] onSocket(String... arguments) {
        var all = new ArrayList<>(List.of("--socket", adminSocket().toString()));
        all.addAll(List.of(arguments));
        return all.toArray(String[]::new);
    }

    /** Makes chat-admin and chat-client, for this daemon, in a directory that is to be first in a shell's path. */
    Path programs(Path bin) throws IOException {
        Files.createDirectories(bin);
        program(bin.resolve("chat-admin"), "admin", "CHAT_ADMIN_SOCKET=" + adminSocket());
        program(bin.resolve("chat-client"), "client", "CHAT_CA=" + ca(), "CHAT_PORT=" + port());
        return bin;
    }

    private static void program(Path program, String command, String... environment) throws IOException {
        Files.writeString(
                program,
                "#!/bin/sh\nexec env '%s' '%s' %s \"$@\"\n"
                        .formatted(String.join("' '", environment), Run.ROOT.resolve("chat"), command));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Override
    public abstract void close();

    /** Whether something takes connections at its port. */
    boolean listens() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()), 1000);
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
