package chatd.sql;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A MariaDB server of our own, for the demo and the tests: on a Unix socket alone, without a network, with its data in
 * one folder. It ends with this process, however that ends.
 */
public final class PrivateMariaDb implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path socket;
    private final GuardedProcess process;

    private PrivateMariaDb(Path socket, GuardedProcess process) {
        this.socket = socket;
        this.process = process;
    }

    /**
     * Starts the server, making its data first where there is none.
     *
     * @param directory gets {@code mariadb/} with the data and {@code mariadb.log}
     * @param socket a path of at most 107 bytes
     * @throws IOException where it does not start; the message has the last lines of its log
     */
    public static PrivateMariaDb start(Path directory, Path socket) throws IOException {
        return start(directory, socket, List.of("--innodb-buffer-pool-size=128M"));
    }

    /**
     * As {@link #start(Path, Path)}, with options of the server's own.
     *
     * @param options as {@code mariadbd} takes them
     */
    public static PrivateMariaDb start(Path directory, Path socket, List<String> options) throws IOException {
        if (socket.toString().getBytes(StandardCharsets.UTF_8).length > 107) {
            throw new IOException("the path of the database's socket is too long for the system: " + socket
                    + " (at most 107 bytes; choose a shorter directory)");
        }
        MariaDbProgram program = MariaDbProgram.locate();
        Path data = directory.resolve("mariadb");
        Path log = directory.resolve("mariadb.log");
        if (!Files.isDirectory(data.resolve("mysql"))) {
            FileTree.delete(data);
            install(program, data, log);
        }
        Files.deleteIfExists(socket);
        List<String> command = command(program, data);
        command.addAll(List.of("--skip-networking", "--socket=" + socket, "--character-set-server=utf8mb4"));
        command.addAll(options);
        GuardedProcess process = GuardedProcess.start(command, environment(program), log);
        PrivateMariaDb server = new PrivateMariaDb(socket, process);
        try {
            server.awaitReady(log);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        return server;
    }

    private static List<String> command(MariaDbProgram program, Path data) {
        List<String> command = new ArrayList<>(List.of(
                program.daemon().toString(),
                "--no-defaults",
                "--basedir=" + program.base(),
                "--datadir=" + data,
                "--lc-messages-dir=" + program.share(),
                "--pid-file=" + data.resolve("mariadbd.pid"),
                "--tmpdir=" + data.resolve("tmp"),
                "--skip-ssl"));
        if ("root".equals(System.getProperty("user.name"))) {
            command.add("--user=root");
        }
        return command;
    }

    private static Map<String, String> environment(MariaDbProgram program) {
        return program.libraries() == null
                ? Map.of()
                : Map.of("LD_LIBRARY_PATH", program.libraries().toString());
    }

    private static void install(MariaDbProgram program, Path data, Path log) throws IOException {
        Path fresh = data.resolveSibling("mariadb.new");
        FileTree.delete(fresh);
        Files.createDirectories(fresh.resolve("tmp"));
        List<String> command = command(program, fresh);
        command.add("--bootstrap");
        command.add("--innodb-buffer-pool-size=32M");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment(program));
        Process bootstrap = builder.start();
        try (OutputStream in = bootstrap.getOutputStream()) {
            in.write("create database mysql;\nuse mysql;\nset @auth_root_socket=NULL;\n"
                    .getBytes(StandardCharsets.US_ASCII));
            for (String part : List.of("system_tables", "system_tables_data", "performance_tables")) {
                in.write(Files.readAllBytes(script(program.share(), part)));
            }
            in.flush();
        } catch (IOException e) {
            throw new IOException("the database's files can't be made: " + tail(log), e);
        }
        try {
            if (bootstrap.waitFor() != 0) {
                throw new IOException("the database's files can't be made: " + tail(log));
            }
        } catch (InterruptedException e) {
            bootstrap.destroyForcibly();
            throw new IOException("interrupted", e);
        }
        Files.move(fresh, data);
    }

    private static Path script(Path share, String part) throws IOException {
        for (String prefix : List.of("mariadb_", "mysql_")) {
            Path script = share.resolve(prefix + part + ".sql");
            if (Files.exists(script)) {
                return script;
            }
        }
        throw new IOException("no " + part + ".sql in " + share);
    }

    private void awaitReady(Path log) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (Connection connection = connect("mysql")) {
                return;
            } catch (SQLException e) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    throw new IOException("the database does not start: " + tail(log), e);
                }
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }

    private static String tail(Path log) {
        try (Stream<String> lines = Files.lines(log)) {
            List<String> all = lines.toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - 5), all.size()));
        } catch (IOException | UncheckedIOException e) {
            return "see " + log;
        }
    }

    private Connection connect(String schema) throws SQLException {
        return DriverManager.getConnection(url(schema));
    }

    /** The address of a schema, for the user {@code root}, who needs no password here. */
    public String url(String schema) {
        return "jdbc:mariadb://localhost/" + schema + "?localSocket=" + socket + "&user=root&sslMode=disable";
    }

    /** Makes a schema where there is none of that name, and none is lost. */
    public void createSchema(String schema) throws IOException {
        if (!schema.matches("[a-z0-9_]{1,60}")) {
            throw new IllegalArgumentException(schema);
        }
        try (Connection connection = connect("mysql");
                Statement statement = connection.createStatement()) {
            statement.execute("create database if not exists " + schema + " character set utf8mb4");
        } catch (SQLException e) {
            throw new IOException("the schema can't be made: " + e.getMessage(), e);
        }
    }

    public Path socket() {
        return socket;
    }

    /** Of the server itself. */
    public long pid() {
        return process.pid();
    }

    /** Completes when the server ends, with its exit code. */
    public CompletableFuture<Integer> onExit() {
        return process.onExit();
    }

    @Override
    public void close() {
        process.close();
    }
}
