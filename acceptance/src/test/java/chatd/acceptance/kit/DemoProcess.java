package chatd.acceptance.kit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.fixtures.TestTimeout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One {@code ./chat demo} as a process in a session of its own: started, signalled, killed, started again on the same
 * directory. Closing it ends all that it started and removes the directory. Used by one test thread.
 */
public final class DemoProcess extends Chatd {
    private final Path output;
    private @Nullable Process process;
    private volatile Map<String, String> facts = Map.of();

    public DemoProcess(Map<String, String> environment) {
        super(false);
        this.environment.put(JAVA_OPTIONS, SHORT_LIVED);
        this.environment.putAll(environment);
        try {
            output = Files.createTempFile("ca", ".out");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts a demo on a new directory and a free port, with cheap hashing; returns when it is ready.
     * {@code environment} is {@code KEY, VALUE, …}.
     */
    public static DemoProcess start(String... environment) {
        return new DemoProcess(pairs(environment)).prepared().begin("--port", "0");
    }

    /** Gives it prepared database files with an empty schema, so that it need not create them at its first start. */
    public DemoProcess prepared() {
        DatabaseServer.prepare(directory);
        try {
            Files.createFile(directory.resolve("chatd-demo"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Starts it and waits until it is ready; the first time, that may mean a build. */
    public DemoProcess begin(String... options) {
        launch("", options);
        return awaitReady();
    }

    public DemoProcess awaitReady() {
        try {
            await().pollInterval(Duration.ofMillis(50)).until(() -> {
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
        trustCa();
        return this;
    }

    /** Starts the process only; {@code redirect} is shell syntax such as {@code <&-}. */
    public Process launch(String redirect, String... options) {
        var command = new ArrayList<>(List.of("setsid", "env", "--default-signal=INT,QUIT,TERM", "sh", "-c"));
        command.add("exec \"$@\" " + redirect);
        command.add("sh");
        command.addAll(ProcessResult.command("demo", "--dir", directory.toString()));
        command.addAll(List.of(options));
        var builder = new ProcessBuilder(command)
                .directory(ProcessResult.ROOT.toFile())
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

    public Process process() {
        return requireNonNull(process, "not started");
    }

    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads {@code demo.env} again and returns its entries. */
    public Map<String, String> facts() {
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

    public String fact(String key) {
        return requireNonNull(facts.get(key), key);
    }

    @Override
    public int port() {
        return Integer.parseInt(fact("CHAT_PORT"));
    }

    @Override
    public Path adminSocket() {
        return Path.of(fact("CHAT_ADMIN_SOCKET"));
    }

    public ProcessHandle daemon() {
        return ProcessHandle.of(pid()).orElseThrow();
    }

    /** Returns the demo's own {@code mariadbd}, found by its directory. */
    public Optional<ProcessHandle> database() {
        return ownProcesses()
                .filter(process -> argv(process).getFirst().endsWith("mariadbd"))
                .findFirst();
    }

    @Override
    public long pid() {
        return Long.parseLong(fact("CHAT_PID"));
    }

    @Override
    public Connection sql() throws SQLException {
        return sql(directory.resolve("mariadb.sock"), "chatd");
    }

    /** Returns every process whose command line names the demo's directory. */
    public Stream<ProcessHandle> ownProcesses() {
        return ProcessHandle.allProcesses()
                .filter(process -> argv(process).stream().anyMatch(a -> a.contains(directory.toString())));
    }

    public static List<String> argv(ProcessHandle process) {
        try {
            return List.of(Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"))
                    .split("\0", -1));
        } catch (IOException _) {
            return List.of(""); // it ended meanwhile
        }
    }

    /** Kills the daemon with {@code kill -9} and waits for its death. */
    void killDaemon() {
        ProcessHandle daemon = daemon();
        daemon.destroyForcibly();
        daemon.onExit().join();
    }

    /** Waits for the demo to end by itself and returns its exit code. */
    public int awaitEnd() {
        try {
            assertThat(process().waitFor(TestTimeout.LONG))
                    .as("the demo ends; it said: %s", output())
                    .isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return process().exitValue();
    }

    public int stop() {
        process().destroy();
        return awaitEnd();
    }

    @Override
    public void close() {
        try {
            Process started = process;
            if (started != null) {
                started.destroy();
                if (!started.waitFor(Duration.ofSeconds(30))) {
                    ProcessResult.signal("KILL", -started.pid());
                }
            }
            ownProcesses().forEach(ProcessHandle::destroyForcibly);
            await().until(() -> ownProcesses().findAny().isEmpty());
            Wire.deleteTree(directory);
            Files.deleteIfExists(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
