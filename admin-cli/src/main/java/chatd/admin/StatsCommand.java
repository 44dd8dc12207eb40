package chatd.admin;

import chatd.cli.StandardOutput;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code chat-admin stats}. */
@Command(
        name = "stats",
        aliases = "status",
        description = {
            "Says which daemon this is, who is connected, and how its parts fare.",
            "Rates are those of the last minute."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Main.EXAMPLES,
        footer = {"  chat-admin stats", "  chat-admin stats --watch"})
final class StatsCommand implements Callable<Integer> {
    /** Of those who are online so many are named; `session list` has all. */
    private static final int NAMED = 10;

    private static final String FROM_THE_TOP = "\033[H\033[J";

    @ParentCommand
    private Main main;

    @Option(
            names = {"-w", "--watch"},
            paramLabel = "SECONDS",
            arity = "0..1",
            fallbackValue = "2",
            description = "Again every so many seconds, ${FALLBACK-VALUE} where none are given, until interrupted.")
    private @Nullable Integer seconds;

    @Override
    public Integer call() throws InterruptedException {
        if (seconds == null) {
            JsonNode stats = stats();
            if (main.json()) {
                Shown.json(main.out(), stats);
            } else {
                print(stats);
            }
            return Exit.OK;
        }
        if (seconds < 1) {
            throw new Failure(Exit.USAGE, "--watch takes 1 second or more, not " + seconds + ".");
        }
        StandardOutput.whenUnread(() -> System.exit(Exit.OK));
        // First once, so that a daemon that is not there at all is said.
        stats();
        while (true) {
            again(seconds);
        }
    }

    private JsonNode stats() {
        return main.daemon().call(Map.of("command", "stats"));
    }

    /** Shows them until the daemon goes away. */
    private void watch(int every) {
        main.daemon().call(Map.of("command", "stats watch", "seconds", every), stats -> {
            if (main.json()) {
                main.out().println(new JsonMapper().writeValueAsString(stats));
            } else {
                main.out().print(main.screen().isTerminal() ? FROM_THE_TOP : "\n");
                print(stats);
            }
            main.out().flush();
        });
    }

    /** Waits for a daemon that is just being started again. */
    private void again(int every) throws InterruptedException {
        boolean isSaid = false;
        while (true) {
            try {
                watch(every);
                return;
            } catch (Failure e) {
                if (e.exit() != Exit.NO_DAEMON) {
                    throw e;
                }
                if (!isSaid) {
                    Main.complain("No daemon answers any more.\nWaiting for it; Ctrl-C ends.");
                    isSaid = true;
                }
                TimeUnit.SECONDS.sleep(1);
            }
        }
    }

    private void print(JsonNode stats) {
        lines(stats).forEach(line -> Shown.line(main.out(), line.key(), Shown.visible(line.value())));
    }

    /** From then on the daemon warns, too. */
    private static final int WARN_DAYS = 21;

    private record Line(String key, String value) {}

    private static List<Line> lines(JsonNode stats) {
        List<Line> lines = new ArrayList<>();
        lines.add(new Line(
                "chatd",
                text(stats, "version") + " on Java " + text(stats, "java") + ", process " + text(stats, "pid")
                        + ", since " + Moment.shown(text(stats, "started"))));
        lines.add(new Line(
                "listening",
                stats.path("listening")
                        .valueStream()
                        .map(at -> "[" + text(at, "address") + "]:" + text(at, "port"))
                        .collect(Collectors.joining(", "))));
        lines.add(new Line("online", text(stats, "online") + ", over " + connections(stats) + who(stats)));
        lines.add(new Line(
                "accounts",
                "%s, of them %s disabled and %s locked"
                        .formatted(text(stats, "accounts"), text(stats, "disabled"), text(stats, "locked"))));
        lines.add(new Line(
                "messages",
                text(stats, "messages") + " since the start, " + text(stats, "messagesPerSecond") + " a second"));
        lines.add(new Line("log events", text(stats, "events") + ", " + text(stats, "eventsPerSecond") + " a second"));
        lines.add(new Line(
                "waiting",
                "%s for the database, %s passwords to be judged, %s to be sent"
                        .formatted(
                                text(stats, "journalWaiting"),
                                text(stats, "hashesWaiting"),
                                bytes(stats, "unsentBytes"))));
        lines.add(new Line("memory", bytes(stats, "heapUsed") + " of " + bytes(stats, "heapMost")));
        lines.add(new Line("database", text(stats, "database")));
        lines.add(new Line(
                "log",
                text(stats, "log") + ", in " + text(stats, "auditLog") + ", open segment "
                        + bytes(stats, "segmentBytes")));
        lines.add(new Line("certificate", certificate(stats)));
        return lines;
    }

    private static String certificate(JsonNode stats) {
        long days = stats.path("certificateDays").asLong();
        String end = Moment.shown(text(stats, "certificateEnd"));
        return Instant.now().isAfter(Instant.parse(text(stats, "certificateEnd")))
                ? "HAS ENDED, " + end + ": renew it"
                : "ends " + end + ", in " + Shown.count(days, "day") + (days <= WARN_DAYS ? ": RENEW IT" : "");
    }

    private static String who(JsonNode stats) {
        String named = stats.path("who")
                .valueStream()
                .limit(NAMED)
                .map(JsonNode::asString)
                .collect(Collectors.joining(", "));
        return named.isEmpty() ? "" : ": " + named + (stats.path("who").size() > NAMED ? " …" : "");
    }

    private static String connections(JsonNode stats) {
        return Shown.count(stats.path("connections").asLong(), "connection");
    }

    private static String text(JsonNode of, String key) {
        return of.path(key).asString();
    }

    private static String bytes(JsonNode of, String key) {
        long bytes = of.path(key).asLong();
        return bytes < 10 << 10 ? bytes + " B" : bytes < 10 << 20 ? (bytes >> 10) + " KiB" : (bytes >> 20) + " MiB";
    }
}
