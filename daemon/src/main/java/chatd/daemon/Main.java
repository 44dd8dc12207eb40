package chatd.daemon;

import chatd.audit.FileFailure;
import chatd.daemon.config.Config;
import chatd.daemon.config.ConfigException;
import chatd.daemon.config.ConfigReader;
import chatd.daemon.config.Configuration;
import chatd.daemon.health.Reloader;
import chatd.daemon.store.ledger.Ledger;
import chatd.daemon.systemd.InheritedSockets;
import chatd.daemon.systemd.JournaldAppender;
import chatd.daemon.systemd.ServiceManager;
import chatd.sql.Migrations;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The {@code chatd} command: its arguments and exit codes. */
@Command(
        name = "chatd",
        description = "The chat daemon. Runs in the foreground until it gets SIGTERM or SIGINT; at SIGHUP it reads its"
                + " configuration and certificate again.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Versions.class,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0: stopped on request, or the configuration is valid",
            "2: usage error",
            "69: the database has a schema that can't be used",
            "70: internal error; see the log",
            "73: a resource is unavailable: an address, a directory, a certificate",
            "75: another chatd is using the same data",
            "76: another chatd has taken the database over",
            "78: the configuration is invalid"
        },
        footer = {"", "Example: chatd --config /etc/chatd/chatd.toml"})
public final class Main implements Callable<Integer> {
    /** The property, of log4j2.properties too, that says whether standard error is systemd's journal. */
    private static final String JOURNAL = "chatd.journal";

    private static final int DATABASE = 69;
    private static final int FAULT = 70;
    private static final int UNAVAILABLE = 73;
    private static final int HELD = 75;
    private static final int TAKEN_OVER = 76;
    private static final int CONFIGURATION = 78;

    @Option(names = "--config", paramLabel = "FILE", description = "The configuration; without it, the defaults.")
    private @Nullable Path file;

    @Option(
            names = "--check-config",
            paramLabel = "FILE",
            description = "Check a configuration file, list its errors, and exit.")
    private @Nullable Path check;

    @Option(
            names = "--mend-log",
            description = "Repair and publish the audit log left by a killed daemon, and exit. Every start does this"
                    + " too.")
    private boolean mend;

    @Option(
            names = "--accept-clock",
            description = "Accept the machine's clock although it jumped ahead while the daemon was stopped, and exit;"
                    + " the next start uses it.")
    private boolean acceptClock;

    @Option(names = "--print-config", description = "Print the commented configuration with every default, and exit.")
    private boolean print;

    private final PrintStream out;
    private final PrintStream err;

    private Main(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    public static void main(String[] arguments) {
        // Machine-readable output must not depend on the system's locale: some have digits of their
        // own.
        Locale.setDefault(Locale.ROOT);
        System.setProperty("java.util.logging.manager", "org.apache.logging.log4j.jul.LogManager");
        System.setProperty(JOURNAL, Boolean.toString(writesToJournal()));
        System.setProperty("org.jooq.no-logo", "true");
        System.setProperty("org.jooq.no-tips", "true");
        Main program = new Main(System.out, System.err);
        System.exit(new CommandLine(program).execute(arguments));
    }

    /** Returns whether standard error is the systemd journal, by {@code JOURNAL_STREAM} (systemd.exec(5)). */
    private static boolean writesToJournal() {
        try {
            Path stream = Path.of("/proc/self/fd/2");
            return (Files.getAttribute(stream, "unix:dev") + ":" + Files.getAttribute(stream, "unix:ino"))
                    .equals(System.getenv("JOURNAL_STREAM"));
        } catch (IOException e) {
            return false;
        }
    }

    static final class Versions implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return Stream.concat(
                            Stream.of("chatd " + Version.current() + " on " + Version.java()),
                            Version.warning().stream())
                    .toArray(String[]::new);
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        if (print) {
            out.print(ConfigReader.defaults());
            return 0;
        }
        if (mend) {
            return repairLog(ConfigReader.readLeniently(file, System.getenv()));
        }
        if (acceptClock) {
            return acceptClock(ConfigReader.readLeniently(file, System.getenv()));
        }
        Path from = check == null ? file : check;
        Configuration configuration;
        try {
            configuration = new Configuration(from, System.getenv());
        } catch (ConfigException e) {
            e.errors().forEach(error -> report(CONFIGURATION, error));
            return CONFIGURATION;
        }
        if (check != null) {
            Reloader.Checked checked = StartCheck.check(configuration.get(), Instant.now());
            checked.errors().forEach(err::println);
            if (!checked.errors().isEmpty()) {
                return UNAVAILABLE;
            }
            checked.warnings().forEach(out::println);
            out.println(check + ": the configuration is valid");
            return 0;
        }
        return run(configuration);
    }

    /**
     * Reports why the daemon does not start: to the service log if that is in systemd's journal, otherwise as programs do.
     *
     * @param exit the exit code
     */
    private void report(int exit, @Nullable String why) {
        if (!Boolean.getBoolean(JOURNAL)) {
            err.println(exit == CONFIGURATION ? why : "chatd: " + why);
            return;
        }
        Logger log = serviceLog();
        switch (exit) {
            case CONFIGURATION -> log.fatal("CHATD-114 the configuration is invalid: {}", why);
            case HELD -> log.fatal("CHATD-115 can't start beside another chatd: {}", why);
            case DATABASE -> log.fatal("CHATD-116 can't start with this database: {}", why);
            default -> log.fatal("CHATD-117 can't start: {}", why);
        }
    }

    private static Logger serviceLog() {
        if (Boolean.getBoolean(JOURNAL)) {
            JournaldAppender.install(JournaldAppender.SOCKET);
        }
        return LogManager.getLogger(Main.class);
    }

    /** Repairs the log, even if other parts of the configuration are invalid; returns the exit code. */
    private int repairLog(Config config) {
        try {
            Daemon.repairLog(config.audit(), Clock.systemUTC());
            return 0;
        } catch (DirectoryLock.Held e) {
            report(HELD, e.getMessage());
            return HELD;
        } catch (IOException e) {
            report(UNAVAILABLE, "the log can't be repaired: " + FileFailure.describe(e));
            return UNAVAILABLE;
        }
    }

    private int acceptClock(Config config) {
        try {
            Clock clock = Clock.systemUTC();
            ClockGuard guard = ClockGuard.of(config.audit(), clock);
            guard.accept();
            out.println("It is " + clock.instant().truncatedTo(ChronoUnit.SECONDS)
                    + ": the next start takes that for right (" + guard.file() + ").");
            return 0;
        } catch (IOException e) {
            report(UNAVAILABLE, FileFailure.describe(e));
            return UNAVAILABLE;
        }
    }

    private int run(Configuration configuration) throws InterruptedException {
        Logger log = serviceLog();
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger exit = new AtomicInteger(0);
        Consumer<Exception> broken = reason -> {
            boolean isTakenOver = reason instanceof Ledger.TakenOver;
            // A failure caused by the shutdown itself is not an error.
            if (end.getCount() > 0 && exit.compareAndSet(0, isTakenOver ? TAKEN_OVER : FAULT)) {
                log.fatal("CHATD-902 can't go on: {}", reason.getMessage(), isTakenOver ? null : reason);
                end.countDown();
            }
        };
        Daemon daemon = new Daemon(
                configuration,
                Clock.systemUTC(),
                new SecureRandom(),
                new ServiceManager(System.getenv()),
                InheritedSockets.of(System.getenv(), ProcessHandle.current().pid()),
                broken);
        SighupHandler.handle(daemon::reload);
        Thread stopper = Thread.ofPlatform().name("stop").unstarted(() -> {
            end.countDown();
            daemon.stop(exit.get() == 0 ? "asked to" : exit.get() == TAKEN_OVER ? "taken over" : "fault");
            LogManager.shutdown();
            Runtime.getRuntime().halt(exit.get());
        });
        Runtime.getRuntime().addShutdownHook(stopper);
        try {
            List<InetSocketAddress> addresses = daemon.start();
            log.info(
                    "CHATD-101 chatd {} is ready after {} ms, listening on {}",
                    Version.current(),
                    ManagementFactory.getRuntimeMXBean().getUptime(),
                    String.join(
                            ", ",
                            addresses.stream()
                                    .map(NetUtil::toSocketAddressString)
                                    .toList()));
            Version.warning().ifPresent(warning -> log.warn("CHATD-106 {}", warning));
            end.await();
        } catch (DirectoryLock.Held | Ledger.HeldByAnother e) {
            exit.set(HELD);
            report(HELD, e.getMessage());
        } catch (Migrations.Refused e) {
            exit.set(DATABASE);
            report(DATABASE, e.getMessage());
        } catch (IOException e) {
            exit.set(UNAVAILABLE);
            report(UNAVAILABLE, FileFailure.describe(e));
        } catch (Daemon.Stopped e) {
            return exit.get();
        } catch (RuntimeException e) {
            exit.set(FAULT);
            log.fatal("CHATD-901 can't start", e);
        }
        return exit.get();
    }
}
