package chatd.demo;

import chatd.admin.api.AdminLink;
import chatd.mariadb.GuardedProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The daemon from the checkout, in a process of its own that does not outlive this one. One directory contains
 * everything: its {@code chatd.toml}, the files that it needs, {@code server.pem}, {@code server.key}, {@code
 * mariadb.sock}, and those that it creates, {@code chatd.log}, {@code seal.key}, {@code admin.sock}, {@code help.sock},
 * {@code audit.sock}, {@code admin.lock}, {@code log/}.
 */
public final class DaemonProcess implements AutoCloseable {
    /**
     * Matches what the daemon logs once it serves, with the first of the ports on which it listens.
     */
    private static final Pattern READY =
            Pattern.compile("chatd \\S+ is ready after \\d+ ms, listening on \\S*?:(\\d+)(?=[,\\r\\n])");

    private final GuardedProcess process;
    private final AdminLink link;
    private final Path log;

    /** Offset in the log at which the output of this process begins. */
    private final long begin;

    private int port;

    private DaemonProcess(GuardedProcess process, AdminLink link, Path log, long begin) {
        this.process = process;
        this.link = link;
        this.log = log;
        this.begin = begin;
    }

    /**
     * Starts the daemon as {@link #launch} does, and waits until it serves.
     *
     * @param timeout the maximum time to wait
     * @throws IOException if it does not start; the message contains the last lines of its log
     */
    public static DaemonProcess start(
            Path module, Path config, List<String> javaOptions, Map<String, String> environment, Duration timeout)
            throws IOException {
        DaemonProcess started = launch(module, config, javaOptions, environment);
        try {
            started.awaitReady(timeout);
        } catch (IOException e) {
            started.close();
            throw e;
        }
        return started;
    }

    /**
     * Starts the daemon, without waiting for anything.
     *
     * @param module the directory in which it was built: {@code daemon/} of the checkout
     * @param config the file that {@link #configure} wrote
     * @param javaOptions options added after those of {@code chatd.options}
     * @param environment variables added to those of this process
     */
    public static DaemonProcess launch(
            Path module, Path config, List<String> javaOptions, Map<String, String> environment) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + module.resolve("chatd.options")));
        command.addAll(javaOptions);
        command.addAll(List.of("-jar", module.resolve("target/chatd.jar").toString(), "--config", config.toString()));
        Path log = config.resolveSibling("chatd.log");
        AdminLink link = new AdminLink(config.resolveSibling("admin.sock"));
        long begin = Files.exists(log) ? Files.size(log) : 0;
        return new DaemonProcess(GuardedProcess.start(command, environment, log), link, log, begin);
    }

    /**
     * Writes {@code chatd.toml} for a daemon that keeps all it needs and creates in one directory.
     *
     * @param address the address for clients, in the format of {@code listen.addresses}
     * @param database the socket of the database server
     * @param more further configuration, as TOML
     * @return the file
     */
    public static Path configure(Path directory, String address, Path database, String schema, String more)
            throws IOException {
        return Files.writeString(directory.resolve("chatd.toml"), """
                # Written anew at each start.
                [listen]
                addresses = ["%s"]
                udp = ["%s"]
                [tls]
                certificate = "%s"
                key = "%s"
                [database]
                socket = "%s"
                name = "%s"
                user = "root"
                [audit]
                directory = "%s"
                seal-key = "%s"
                [search]
                directory = "%s"
                [admin]
                directory = "%s"
                administrators = ""
                helpers = ""
                moderators = ""
                auditors = ""
                %s""".formatted(
                        address,
                        address,
                        toml(directory.resolve("server.pem")),
                        toml(directory.resolve("server.key")),
                        toml(database),
                        schema,
                        toml(directory.resolve("log")),
                        toml(directory.resolve("seal.key")),
                        toml(directory.resolve("search")),
                        toml(directory),
                        more));
    }

    private static String toml(Path path) {
        return path.toString().replace("\\", "\\\\").replace("\"", "\\\"");
    }

    /**
     * Waits until its log says that it serves: polling with a command would fill the audit log.
     *
     * @param timeout the maximum time to wait
     * @throws IOException if it does not start; the message contains the last lines of its log
     */
    public void awaitReady(Duration timeout) throws IOException {
        long end = System.nanoTime() + timeout.toNanos();
        while (!isServing()) {
            if (!process.isAlive()) {
                throw new DemoFailure("The daemon did not start:\n" + tail(log));
            }
            if (System.nanoTime() > end) {
                throw new DemoFailure("The daemon is not ready. Its log is " + log + ".");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DemoFailure("interrupted");
            }
        }
    }

    private boolean isServing() throws IOException {
        try (InputStream in = Files.newInputStream(log)) {
            in.skipNBytes(begin);
            Matcher ready = READY.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            if (ready.find()) {
                port = Integer.parseInt(ready.group(1));
                return true;
            }
            return false;
        }
    }

    private static String tail(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    }

    /** Returns the port on which it listens. */
    public int port() {
        return port;
    }

    /** Returns a link to its administrators' socket. */
    public AdminLink link() {
        return link;
    }

    public long pid() {
        return process.pid();
    }

    /** Returns a future that completes with the exit code when it ends. */
    public CompletableFuture<Integer> onExit() {
        return process.onExit();
    }

    @Override
    public void close() {
        process.close();
    }
}
