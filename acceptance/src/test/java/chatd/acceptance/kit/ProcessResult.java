package chatd.acceptance.kit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.fixtures.TestTimeout;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/** A program that ran to its end: its exit code and output. */
public record ProcessResult(int exit, String out, String err) {

    /** The directory of the script {@code chat}: that of the property {@code chatd.root}, else the checkout's root. */
    public static final Path ROOT = Path.of(System.getProperty(
                    "chatd.root", System.getProperty("basedir", System.getProperty("user.dir")) + "/.."))
            .toAbsolutePath()
            .normalize();

    private static final int LOWEST_PORT = 10_000;
    private static final int PORT_COUNT = 20_000;
    private static final AtomicInteger PORTS =
            new AtomicInteger((int) (ProcessHandle.current().pid() * 97 % PORT_COUNT));

    /** Runs {@code ./chat ARGUMENTS} with nothing on its standard input. */
    public static ProcessResult chat(String... arguments) {
        return chat("", Map.of(), arguments);
    }

    /** Runs {@code ./chat ARGUMENTS} with {@code input} and more environment; fails after {@link TestTimeout#LONG}. */
    public static ProcessResult chat(String input, Map<String, String> environment, String... arguments) {
        return program(input, environment, command(arguments));
    }

    /**
     * Runs {@code chat-admin ARGUMENTS} in this process, without a terminal: what the program does between its start
     * and its exit code. One run at a time.
     */
    public static ProcessResult admin(String input, String... arguments) {
        return inThisProcess(input, () -> chatd.admin.Main.run(arguments));
    }

    /** Runs {@code chat-client ARGUMENTS} in this process, as {@link #admin} does, with only this environment. */
    public static ProcessResult client(String input, Map<String, String> environment, String... arguments) {
        return inThisProcess(input, () -> chatd.client.Main.run(environment, arguments));
    }

    private static synchronized ProcessResult inThisProcess(String input, IntSupplier program) {
        InputStream in = System.in;
        PrintStream out = System.out;
        PrintStream err = System.err;
        var said = new ByteArrayOutputStream();
        var errors = new ByteArrayOutputStream();
        System.setIn(new ByteArrayInputStream(input.getBytes(UTF_8)));
        System.setOut(new PrintStream(said, true, UTF_8));
        System.setErr(new PrintStream(errors, true, UTF_8));
        int exit;
        try {
            exit = program.getAsInt();
        } finally {
            System.setIn(in);
            System.setOut(out);
            System.setErr(err);
        }
        return new ProcessResult(exit, said.toString(UTF_8), errors.toString(UTF_8));
    }

    /** Starts {@code ./chat ARGUMENTS} and lets it run, with its output going to {@code out}. */
    public static Process start(Path out, String... arguments) throws IOException {
        return start(out, command(arguments));
    }

    /** Starts any program and lets it run, with its output going to {@code out}. */
    public static Process start(Path out, List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
    }

    public static ArrayList<String> command(String... arguments) {
        var command = new ArrayList<String>();
        command.add(ROOT.resolve("chat").toString());
        command.addAll(List.of(arguments));
        return command;
    }

    /**
     * Returns a free port for a program that needs a fixed one, or that returns to it after a
     * restart: it is below the kernel's ephemeral range, so that nobody is assigned it meanwhile.
     * Each test process starts its search elsewhere.
     */
    public static int freePort() throws IOException {
        while (true) {
            int port = LOWEST_PORT + Math.floorMod(PORTS.getAndIncrement(), PORT_COUNT);
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // In use.
            }
        }
    }

    /** Sends a signal as {@code kill} does; a negative number is a process group. */
    public static void signal(String signal, long pid) {
        program("", Map.of(), List.of("sh", "-c", "kill -s " + signal + " -- " + pid));
    }

    /** Runs any program, with nothing on its standard input. */
    public static ProcessResult program(List<String> command) {
        return program("", Map.of(), command);
    }

    /** Runs any program, with {@code input} on its standard input. */
    public static ProcessResult program(String input, List<String> command) {
        return program(input, Map.of(), command);
    }

    /** Runs any program that may take longer than {@link TestTimeout#LONG}. */
    public static ProcessResult programWithin(Duration timeout, List<String> command) {
        return program("", Map.of(), command, timeout);
    }

    private static ProcessResult program(String input, Map<String, String> environment, List<String> command) {
        return program(input, environment, command, TestTimeout.LONG);
    }

    private static ProcessResult program(
            String input, Map<String, String> environment, List<String> command, Duration timeout) {
        try {
            Path in = Files.writeString(Files.createTempFile("in", ""), input);
            Path out = Files.createTempFile("out", "");
            Path err = Files.createTempFile("err", "");
            var builder = new ProcessBuilder(command)
                    .directory(ROOT.toFile())
                    .redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            boolean ended = process.waitFor(timeout);
            if (!ended) {
                process.destroyForcibly();
            }
            var run = new ProcessResult(ended ? process.exitValue() : -1, Files.readString(out), Files.readString(err));
            for (Path file : List.of(in, out, err)) {
                Files.delete(file);
            }
            assertThat(ended).as("%s ended; %s", command, run).isTrue();
            return run;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns this run if it ended with {@code code}; fails otherwise, showing its output. */
    public ProcessResult exits(int code) {
        assertThat(exit).as("exit code of a run that said: %s%s", out, err).isEqualTo(code);
        return this;
    }
}
