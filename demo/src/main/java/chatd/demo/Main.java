package chatd.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./chat demo}: its arguments, what it prints, and how it ends. */
@Command(
        name = "chat demo",
        description = "Starts a complete chatd to try out, and stops it at Ctrl-C.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example: ./chat demo --dir /tmp/chat --port 0"})
public final class Main implements Callable<Integer> {
    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where it keeps its data; by default chatd/demo in your data directory.")
    private @Nullable Path directory;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "7443",
            description = "Port for clients; ${DEFAULT-VALUE} by default, 0 for any free port.")
    private int port;

    @Option(names = "--fresh", description = "Start afresh, deleting what an earlier demo stored.")
    private boolean fresh;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final boolean isTerminal = System.getenv("TERM") != null && System.getProperty("chatd.terminal") != null;

    public static void main(String[] arguments) {
        // Machine-readable output must not depend on the system's locale: some use other digits.
        Locale.setDefault(Locale.ROOT);
        Logger.getLogger("").setLevel(Level.WARNING);
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    static Path defaultDirectory() {
        String xdg = System.getenv().getOrDefault("XDG_DATA_HOME", "");
        Path data = xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".local", "share") : Path.of(xdg);
        return data.resolve("chatd").resolve("demo");
    }

    @Override
    public Integer call() {
        if (port < 0 || port > 65_535) {
            System.err.println("chat demo: a port is 0 to 65535, not " + port);
            return 2;
        }
        Path where = directory == null ? defaultDirectory() : directory;
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        Thread hook = Thread.ofPlatform().unstarted(() -> {
            interrupted.countDown();
            await(done);
            Runtime.getRuntime().halt(0);
        });
        try (DemoDirectory place = DemoDirectory.take(where)) {
            if (fresh) {
                place.clear();
            }
            Runtime.getRuntime().addShutdownHook(hook);
            return run(place, interrupted);
        } catch (IOException e) {
            progress("");
            System.err.println("chat demo: " + e.getMessage());
            return 1;
        } finally {
            done.countDown();
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The hook is running already: it was waiting for this.
            }
        }
    }

    private int run(DemoDirectory place, CountDownLatch interrupted) throws IOException {
        Path daemon = Path.of(System.getProperty("chatd.daemon", ""));
        try (Demo demo = new Demo(place, daemon)) {
            Demo.Running running = demo.start(port, this::progress);
            progress("");
            CompletableFuture<String> trouble = demo.onTrouble();
            printSummary(place, running);
            Thread waiter = Thread.ofVirtual().start(() -> {
                await(interrupted);
                trouble.complete("");
            });
            String why = trouble.join();
            waiter.interrupt();
            if (interrupted.getCount() == 0) {
                out.println("stopping…");
                return 0;
            }
            System.err.println("chat demo: " + why);
            return 1;
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Prints a line; on a terminal, the next one overwrites it. */
    private void progress(String what) {
        if (isTerminal) {
            out.print("\r\u001b[K" + (what.isEmpty() ? "" : what + "…"));
            out.flush();
        } else if (!what.isEmpty()) {
            out.println(what + "…");
        }
    }

    private void printSummary(DemoDirectory place, Demo.Running running) {
        boolean isDefault = place.file("").normalize().equals(defaultDirectory());
        String client = isDefault ? "./chat client " : "./chat client --ca " + place.file("ca.pem") + " ";
        String admin = isDefault ? "./chat admin " : "./chat admin --socket " + place.file("admin.sock") + " ";
        String host = "@localhost" + (isDefault ? "" : ":" + running.port());
        Demo.People people = running.people();
        out.println();
        out.println("chatd is running on port " + running.port() + ". Two people have an account:");
        out.println("  alice   password           " + people.alicesPassword());
        out.println("  bob     "
                + (people.bobsOneTimePassword() == null
                        ? "has chosen a password of his own"
                        : "one-time password  " + people.bobsOneTimePassword()
                                + "   (they must choose their own first)"));
        out.println();
        out.println("Let them talk, each in a terminal:");
        out.println("  " + client + "alice" + host);
        out.println("  " + client + "bob" + host);
        out.println("Or in a browser, which will warn that it does not know the demo's certificate authority:");
        out.println("  https://localhost:" + running.port() + "/");
        out.println("Administer it:");
        out.println("  " + admin + "user list");
        out.println("  " + admin + "log tail -f");
        out.println("The audit log, to be opened in a browser:");
        out.println("  " + place.file("log").resolve("audit.xml"));
        out.println();
        out.println("Ctrl-C stops everything; the messages are kept for the next start.");
    }
}
