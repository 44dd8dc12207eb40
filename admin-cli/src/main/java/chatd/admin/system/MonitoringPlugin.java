package chatd.admin.system;

import chatd.admin.api.CallFailure;
import chatd.admin.api.SystemCalls;
import chatd.text.SafeText;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The output of {@code stats --check -o nagios}: what the guidelines of the Monitoring Plugins ask for, a line with the
 * state and, after a bar, figures (performance data); then a line for each problem.
 */
final class MonitoringPlugin {
    private enum State {
        OK(0),
        WARNING(1),
        CRITICAL(2),
        UNKNOWN(3);

        private final int exit;

        State(int exit) {
            this.exit = exit;
        }
    }

    private MonitoringPlugin() {}

    /** Prints the state of the daemon, and returns the plugin's exit code. */
    static int print(PrintStream out, Supplier<SystemCalls.Stats> daemon) {
        SystemCalls.Stats stats;
        try {
            stats = daemon.get();
        } catch (CallFailure e) {
            State state = e.code().equals(CallFailure.NO_DAEMON) ? State.CRITICAL : State.UNKNOWN;
            out.println("CHATD " + state + " - " + text(String.valueOf(e.getMessage())));
            return state.exit;
        }
        List<SystemCalls.Problem> problems = stats.problems();
        State state = problems.isEmpty()
                ? State.OK
                : problems.stream().anyMatch(SystemCalls.Problem::critical) ? State.CRITICAL : State.WARNING;
        String summary = switch (problems.size()) {
            case 0 -> "All is well.";
            case 1 -> problems.getFirst().text();
            default -> problems.size() + " problems";
        };
        out.println("CHATD " + state + " - " + text(summary) + " | " + figures(stats));
        if (problems.size() > 1) {
            problems.forEach(problem ->
                    out.println((problem.critical() ? State.CRITICAL : State.WARNING) + ": " + text(problem.text())));
        }
        return state.exit;
    }

    /** Returns a text without what has a meaning to the reader: line breaks, and the bar before the figures. */
    private static String text(String text) {
        return SafeText.line(text.replace('\n', ' ')).replace('|', '/');
    }

    /** A counter has the unit {@code c}, a size {@code B}; between semicolons come limits, which chatd knows by itself. */
    private static String figures(SystemCalls.Stats stats) {
        SystemCalls.Load load = stats.load();
        return List.of(
                        figure("connections", stats.people().connections(), ""),
                        figure("online", stats.people().online(), ""),
                        figure("accounts", stats.people().accounts(), ""),
                        figure("messages", stats.rates().messages(), "c"),
                        String.format(
                                Locale.ROOT,
                                "messages_per_second=%.1f;;;0",
                                stats.rates().messagesPerSecond()),
                        figure("log_events", stats.rates().events(), "c"),
                        figure("journal_waiting", load.journalWaiting(), ""),
                        figure("hashes_waiting", load.hashesWaiting(), ""),
                        figure("unsent", load.unsentBytes(), "B"),
                        figure("heap", load.heapUsed(), "B") + ";" + load.heapMost(),
                        "certificate_days=" + stats.parts().certificateDays() + ";" + SystemCalls.RENEWAL_DAYS + ":;0:",
                        figure("problems", stats.problems().size(), ""))
                .stream()
                .collect(Collectors.joining(" "));
    }

    private static String figure(String label, long value, String unit) {
        return String.format(Locale.ROOT, "%s=%d%s;;;0", label, value, unit);
    }
}
