package chatd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Collects the measurements and formats them as Markdown: medians, with the minimum and the maximum. */
final class Report {
    private final Map<Scenario, Map<String, List<LoadGenerator.Figures>>> measured = new EnumMap<>(Scenario.class);

    void add(Scenario scenario, String server, List<LoadGenerator.Figures> windows) {
        measured.computeIfAbsent(scenario, s -> new LinkedHashMap<>())
                .computeIfAbsent(server, s -> new ArrayList<>())
                .addAll(windows);
    }

    private record Column(String title, ToDoubleFunction<LoadGenerator.Figures> value) {
        Column(String title, String key) {
            this(title, figures -> figures.of(key));
        }
    }

    private static List<Column> columns(Scenario scenario) {
        if (scenario.isIdle()) {
            return List.of(
                    new Column("KiB a connection", "idle_kib"),
                    new Column("whole process, KiB a connection", "whole_kib"),
                    new Column("idle CPU %", "idle_cpu_pct"));
        }
        if (scenario.isLogin()) {
            return List.of(
                    new Column("CPU ms each", "cpu_ms_per_login"),
                    new Column("database CPU ms", "db_ms_per_login"),
                    new Column("per second", "logins_per_s"));
        }
        List<Column> columns = new ArrayList<>(List.of(
                new Column("CPU µs each", "cpu_us"),
                new Column("database CPU µs", "db_cpu_us"),
                new Column("per second", "per_s"),
                new Column("p50 ms", "p50_ms"),
                new Column("p99 ms", "p99_ms"),
                new Column("lost", "lost"),
                new Column("others' CPU %", "other_cpu_pct")));
        if (scenario.isGroup()) {
            columns.add(new Column("calls to make it", "group_calls"));
            columns.add(new Column("s to make it", "group_s"));
            columns.add(new Column("CPU ms to make it", "group_cpu_ms"));
            columns.add(new Column("changes told", "group_told"));
        }
        return columns;
    }

    /** Returns the medians as one line for the terminal. */
    String line(Scenario scenario, String server) {
        StringBuilder line = new StringBuilder("%-14s %-10s".formatted(scenario.word(), server));
        List<LoadGenerator.Figures> windows =
                measured.getOrDefault(scenario, Map.of()).getOrDefault(server, List.of());
        for (Column column : columns(scenario)) {
            line.append("  ").append(column.title()).append(' ').append(number(median(windows, column.value())));
        }
        return line.toString();
    }

    String markdown() {
        StringBuilder text = new StringBuilder();
        measured.forEach((scenario, servers) -> {
            List<Column> columns = columns(scenario);
            text.append("\n### ").append(scenario.title()).append("\n\n| server |");
            columns.forEach(column -> text.append(' ').append(column.title()).append(" |"));
            text.append("\n| --- |").append(" --- |".repeat(columns.size())).append('\n');
            servers.forEach((server, windows) -> {
                text.append("| ").append(server).append(" |");
                columns.forEach(column ->
                        text.append(' ').append(cell(windows, column.value())).append(" |"));
                text.append('\n');
            });
        });
        return text.toString();
    }

    private static String cell(List<LoadGenerator.Figures> windows, ToDoubleFunction<LoadGenerator.Figures> value) {
        double[] sorted = sorted(windows, value);
        if (sorted.length == 0) {
            return "–";
        }
        String median = number(median(windows, value));
        return sorted.length == 1
                ? median
                : median + " (" + number(sorted[0]) + "–" + number(sorted[sorted.length - 1]) + ")";
    }

    private static double[] sorted(List<LoadGenerator.Figures> windows, ToDoubleFunction<LoadGenerator.Figures> value) {
        return windows.stream()
                .mapToDouble(value)
                .filter(v -> !Double.isNaN(v))
                .sorted()
                .toArray();
    }

    static double median(List<LoadGenerator.Figures> windows, String key) {
        return median(windows, figures -> figures.of(key));
    }

    private static double median(List<LoadGenerator.Figures> windows, ToDoubleFunction<LoadGenerator.Figures> value) {
        double[] sorted = sorted(windows, value);
        int half = sorted.length / 2;
        return sorted.length == 0
                ? Double.NaN
                : sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    static String number(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        double size = Math.abs(value);
        String form = size >= 100 || value == Math.rint(value) ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, form, value);
    }

    /** Writes the tables between the markers of a page, replacing earlier ones. */
    static void write(Path page, String mark, String text) throws IOException {
        String begin = "<!-- " + mark + " -->\n";
        String end = "<!-- end of " + mark + " -->\n";
        String old = Files.exists(page) ? Files.readString(page) : "";
        int from = old.indexOf(begin);
        int to = old.indexOf(end);
        String before = from < 0 ? old : old.substring(0, from);
        String after = to < 0 ? "" : old.substring(to + end.length());
        Files.writeString(page, before + begin + text.stripTrailing() + "\n\n" + end + after);
    }
}
