package chatd.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** Measures endurance and overload. */
final class Endurance {
    private static final int MINUTE = 60;

    private final LoadGenerator load;
    private final Path daemon;

    Endurance(LoadGenerator load, Path daemon) {
        this.load = load;
        this.daemon = daemon;
    }

    private Server chatd(BenchDirectory place) throws IOException {
        return new ChatdServer(daemon, place, new ChatdServer.Size(200, 0, false, List.of()));
    }

    /**
     * Runs at half the top rate for a time, measured in steps: memory and latency must stay flat.
     *
     * @param progress receives a line for each step as it is measured
     * @return a table
     */
    String soak(int minutes, Consumer<String> progress) throws IOException {
        try (BenchDirectory place = new BenchDirectory();
                Server server = chatd(place)) {
            load.run(server, arguments("-W", "4", "-T", "12", "-t", "1"));
            double top = Report.median(load.run(server, arguments("-W", "4", "-T", "2", "-t", "10")), "per_s");
            String rate = Long.toString(Math.round(top / 2));
            StringBuilder table = new StringBuilder(
                    "\nTop rate %s messages/s; %s/s for %d minutes.%n%n".formatted(Report.number(top), rate, minutes));
            table.append("| minute | CPU µs | database CPU µs | p50 ms | p99 ms | memory MiB | lost |\n");
            table.append("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
            int step = Math.max(1, minutes / 12);
            for (int minute = step; minute <= minutes; minute += step) {
                LoadGenerator.Figures figures = load.run(
                                server,
                                arguments("-W", "64", "-r", rate, "-T", "1", "-t", Integer.toString(step * MINUTE - 1)))
                        .getFirst();
                String row = row(Integer.toString(minute), figures);
                table.append(row);
                progress.accept(row.strip());
            }
            return table.toString();
        }
    }

    private static String row(String first, LoadGenerator.Figures figures) {
        return "| %s | %s | %s | %s | %s | %s | %s |%n"
                .formatted(
                        first,
                        Report.number(figures.of("cpu_us")),
                        Report.number(figures.of("db_cpu_us")),
                        Report.number(figures.of("p50_ms")),
                        Report.number(figures.of("p99_ms")),
                        Report.number(figures.of("rss_kib") / 1024),
                        Report.number(figures.of("lost")));
    }

    /**
     * Offers more load than the daemon can handle, while other accounts log in.
     *
     * @return a table
     */
    String overload(Consumer<String> progress) throws IOException {
        try (BenchDirectory place = new BenchDirectory();
                Server server = chatd(place)) {
            load.run(server, arguments("-W", "4", "-T", "12", "-t", "1"));
            StringBuilder table = new StringBuilder("""

                    | load | messages/s | CPU µs | p50 ms | p99 ms | lost | memory MiB | concurrent logins, failed |
                    | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
                    """);
            for (String window : List.of("4", "32", "1000")) {
                CompletableFuture<LoadGenerator.Figures> others =
                        CompletableFuture.supplyAsync(() -> logInOthers(server));
                LoadGenerator.Figures figures = load.run(server, arguments("-W", window, "-T", "3", "-t", "12"))
                        .getFirst();
                String row = "| 50 senders with %s in flight | %s | %s | %s | %s | %s | %s | %s |%n"
                        .formatted(
                                window,
                                Report.number(figures.of("per_s")),
                                Report.number(figures.of("cpu_us")),
                                Report.number(figures.of("p50_ms")),
                                Report.number(figures.of("p99_ms")),
                                Report.number(figures.of("lost")),
                                Report.number(figures.of("rss_kib") / 1024),
                                describeLogins(others.join()));
                table.append(row);
                progress.accept(row.strip());
            }
            return table.toString();
        }
    }

    private static String describeLogins(LoadGenerator.Figures logIns) {
        return "%s in %s s, %s"
                .formatted(
                        Report.number(logIns.of("ready")),
                        Report.number(logIns.of("login_s")),
                        Report.number(logIns.of("failed")));
    }

    /** Logs in the other hundred accounts, four at a time, once the load is running. */
    private LoadGenerator.Figures logInOthers(Server server) {
        try {
            BenchDirectory.pause(6_000);
            return load.run(server, List.of("-s", "storm", "-n", "100", "-f", "100", "-c", "4"))
                    .getFirst();
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private static List<String> arguments(String... more) {
        List<String> arguments = new ArrayList<>(List.of("-s", "pair", "-n", "100"));
        arguments.addAll(List.of(more));
        return arguments;
    }
}
