package chatd.admin.system;

import chatd.admin.api.CallFailure;
import chatd.admin.api.SystemCalls;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Output;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Timestamp;
import chatd.cli.StandardOutput;
import chatd.text.SafeText;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.json.JsonMapper;

/** {@code chat-admin stats}. */
@Command(
        name = "stats",
        aliases = "status",
        description = {
            "Shows which daemon this is, who is connected, and the state of its parts.",
            "Rates are averages over the last minute."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLES,
        footer = {"  chat-admin stats", "  chat-admin stats --watch", "  chat-admin stats --check"})
public final class StatsCommand implements Callable<Integer> {
    /** Maximum number of online users named; {@code session list} shows all. */
    private static final int MAX_NAMES = 10;

    private static final String CLEAR_SCREEN = "\033[H\033[J";

    @ParentCommand
    private Program program;

    @Option(
            names = {"-w", "--watch"},
            paramLabel = "SECONDS",
            arity = "0..1",
            fallbackValue = "2",
            description = "Repeat every SECONDS seconds, by default ${FALLBACK-VALUE}, until interrupted.")
    private @Nullable Integer seconds;

    @Option(
            names = "--check",
            description =
                    "For monitoring: print only what needs attention; exit code 1 if there is anything. With -o"
                            + " nagios as its plugins do: exit code 0, 1, 2 or 3 for OK, WARNING, CRITICAL or UNKNOWN, and figures.")
    private boolean check;

    @Override
    public Integer call() throws InterruptedException {
        if (check && seconds != null) {
            throw new CommandFailure(Exit.USAGE, "--check and --watch exclude each other.");
        }
        if (check) {
            return program.output() == Output.nagios
                    ? MonitoringPlugin.print(program.out(), this::stats)
                    : check(texts(stats()));
        }
        if (seconds == null) {
            SystemCalls.Stats stats = stats();
            if (program.isJson()) {
                Format.json(program.out(), Shown.of(stats));
            } else {
                print(stats);
            }
            return Exit.OK;
        }
        if (seconds < 1) {
            throw new CommandFailure(Exit.USAGE, "--watch takes 1 second or more, not " + seconds + ".");
        }
        StandardOutput.onReaderGone(() -> System.exit(Exit.OK));
        // Calls the daemon once first, so that a daemon that is not running is reported.
        stats();
        while (true) {
            watchOrWait(seconds);
        }
    }

    /** The statistics as JSON: problems are sentences. */
    private record Shown(
            @JsonUnwrapped SystemCalls.Identity identity,
            @JsonUnwrapped SystemCalls.People people,
            @JsonUnwrapped SystemCalls.Rates rates,
            @JsonUnwrapped SystemCalls.Load load,
            @JsonUnwrapped SystemCalls.Parts parts,
            List<String> problems) {
        static Shown of(SystemCalls.Stats stats) {
            return new Shown(
                    stats.identity(), stats.people(), stats.rates(), stats.load(), stats.parts(), texts(stats));
        }
    }

    private static List<String> texts(SystemCalls.Stats stats) {
        return stats.problems().stream().map(SystemCalls.Problem::text).toList();
    }

    /** The answer of {@code --check} as JSON. */
    private record Health(boolean healthy, List<String> problems) {}

    private int check(List<String> problems) {
        if (program.isJson()) {
            Format.json(program.out(), new Health(problems.isEmpty(), problems));
        } else if (problems.isEmpty()) {
            program.out().println("All is well.");
        } else {
            problems.forEach(problem -> program.out().println(SafeText.line(problem)));
        }
        return problems.isEmpty() ? Exit.OK : Exit.FAILED;
    }

    private SystemCalls.Stats stats() {
        return program.daemon().call(SystemCalls.STATS);
    }

    /** Prints the statistics until the daemon goes away. */
    private void watch(int every) {
        program.daemon().call(SystemCalls.WATCH, new SystemCalls.Watch(every), stats -> {
            if (program.isJson()) {
                program.out().println(SafeText.json(new JsonMapper().writeValueAsString(Shown.of(stats))));
            } else {
                program.out().print(program.display().isTerminal() ? CLEAR_SCREEN : "\n");
                print(stats);
            }
            program.out().flush();
        });
    }

    /** Watches the daemon; while it is being restarted, waits for it. */
    private void watchOrWait(int every) throws InterruptedException {
        boolean isReported = false;
        while (true) {
            try {
                watch(every);
                return;
            } catch (CallFailure e) {
                if (!e.code().equals(CallFailure.NO_DAEMON)) {
                    throw e;
                }
                if (!isReported) {
                    Program.printError("No daemon answers any more.\nWaiting for it; press Ctrl-C to stop.");
                    isReported = true;
                }
                TimeUnit.SECONDS.sleep(1);
            }
        }
    }

    private void print(SystemCalls.Stats stats) {
        lines(stats).forEach(line -> Format.line(program.out(), line.key(), SafeText.line(line.value())));
    }

    private record Line(String key, String value) {}

    private static List<Line> lines(SystemCalls.Stats stats) {
        SystemCalls.Identity daemon = stats.identity();
        SystemCalls.People people = stats.people();
        SystemCalls.Rates rates = stats.rates();
        SystemCalls.Load load = stats.load();
        SystemCalls.Parts parts = stats.parts();
        Line identity = new Line(
                "chatd",
                daemon.version() + " on Java " + daemon.java() + ", process " + daemon.pid() + ", since "
                        + Timestamp.format(daemon.started()));
        Line log = new Line(
                "log",
                parts.log() + ", in " + parts.auditLog() + ", open segment " + Format.bytes(parts.segmentBytes())
                        + (parts.forwarding().isEmpty() ? "" : "; forwarded " + parts.forwarding()));
        Line certificate = new Line("certificate", certificate(parts));
        if (daemon.state().equals(SystemCalls.STARTING)) {
            return List.of(
                    identity, new Line("state", stats.problems().getFirst().text()), log, certificate);
        }
        return List.of(
                identity,
                new Line(
                        "listening",
                        daemon.listening().stream()
                                .map(at -> "[" + at.address() + "]:" + at.port())
                                .collect(Collectors.joining(", "))),
                new Line("transport", "TLS by " + daemon.tls() + ", sockets by " + daemon.transport()),
                new Line(
                        "online",
                        people.online() + ", over " + Format.count(people.connections(), "connection") + who(people)),
                new Line(
                        "accounts",
                        "%d, %d of them disabled and %d locked"
                                .formatted(people.accounts(), people.disabled(), people.locked())),
                new Line("messages", rates.messages() + " since the start, " + rates.messagesPerSecond() + " a second"),
                new Line("log events", rates.events() + ", " + rates.eventsPerSecond() + " a second"),
                new Line(
                        "waiting",
                        "%d for the database, %d passwords to be hashed, %s to be sent"
                                .formatted(
                                        load.journalWaiting(), load.hashesWaiting(), Format.bytes(load.unsentBytes()))),
                new Line("memory", Format.bytes(load.heapUsed()) + " of " + Format.bytes(load.heapMost())),
                new Line("database", parts.database()),
                new Line("search", parts.search()),
                new Line("files", parts.storage()),
                log,
                certificate);
    }

    private static String certificate(SystemCalls.Parts parts) {
        long days = parts.certificateDays();
        String end = Timestamp.format(parts.certificateEnd());
        return Instant.now().isAfter(Instant.parse(parts.certificateEnd()))
                ? "EXPIRED " + end + ": renew it"
                : "expires " + end + ", in " + Format.count(days, "day")
                        + (days <= SystemCalls.RENEWAL_DAYS ? ": RENEW IT" : "");
    }

    private static String who(SystemCalls.People people) {
        String named = people.who().stream().limit(MAX_NAMES).collect(Collectors.joining(", "));
        return named.isEmpty() ? "" : ": " + named + (people.who().size() > MAX_NAMES ? " …" : "");
    }
}
