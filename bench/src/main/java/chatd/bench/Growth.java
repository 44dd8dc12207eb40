package chatd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Measures and plots the cost of a message as accounts and stored messages grow. */
final class Growth {
    private static final int BASE_ACCOUNTS = 100;
    private static final List<String> LOAD =
            List.of("-s", "pair", "-n", "10", "-W", "16", "-T", "3", "-t", "3", "-j", "5");
    private static final List<String> WARM_UP =
            List.of("-s", "pair", "-n", "10", "-W", "16", "-T", "15", "-t", "1", "-j", "1");
    private static final int WIDTH = 640;
    private static final int HEIGHT = 260;
    private static final int MARGIN = 48;

    private final LoadGenerator load;
    private final Path daemon;

    Growth(LoadGenerator load, Path daemon) {
        this.load = load;
        this.daemon = daemon;
    }

    /** One size, with the CPU of the daemon and of the database in µs a message. */
    private record Point(long size, double daemon, double database) {}

    /**
     * Measures all sizes.
     *
     * @param svg the file for the plot
     * @param progress receives a line for each size as it is measured
     * @return the tables, as Markdown
     */
    String measure(Path svg, Consumer<String> progress) throws IOException {
        List<Point> accounts = new ArrayList<>();
        for (int size : List.of(10, 100, 1_000, 10_000)) {
            accounts.add(point(size, size, 0));
            progress.accept("accounts " + accounts.getLast());
        }
        List<Point> messages = new ArrayList<>();
        for (long size : List.of(10_000L, 100_000L, 1_000_000L, 10_000_000L)) {
            messages.add(point(size, BASE_ACCOUNTS, size));
            progress.accept("stored messages " + messages.getLast());
        }
        Files.writeString(svg, svg(accounts, messages));
        return table("accounts", accounts) + table("stored messages", messages);
    }

    private Point point(long size, int accounts, long messages) throws IOException {
        try (BenchDirectory place = new BenchDirectory();
                Server server =
                        new ChatdServer(daemon, place, new ChatdServer.Size(accounts, messages, false, List.of()))) {
            load.run(server, WARM_UP);
            List<LoadGenerator.Figures> windows = load.run(server, LOAD);
            return new Point(size, Report.median(windows, "cpu_us"), Report.median(windows, "db_cpu_us"));
        }
    }

    private static String table(String what, List<Point> points) {
        StringBuilder text =
                new StringBuilder("\n| " + what + " | CPU µs a message | database CPU µs |\n| ---: | ---: | ---: |\n");
        points.forEach(point -> text.append("| %,d | %s | %s |%n"
                .formatted(point.size(), Report.number(point.daemon()), Report.number(point.database()))));
        return text.toString();
    }

    /** Plots both series, with sizes in powers of ten from left to right. */
    private static String svg(List<Point> accounts, List<Point> messages) {
        double highest = 0;
        for (Point point : accounts) {
            highest = Math.max(highest, Math.max(point.daemon(), point.database()));
        }
        for (Point point : messages) {
            highest = Math.max(highest, Math.max(point.daemon(), point.database()));
        }
        double top = Math.ceil(highest / 5) * 5;
        StringBuilder svg = new StringBuilder("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11">
                <rect width="100%%" height="100%%" fill="white"/>
                <text x="%d" y="16">CPU µs a message: daemon (solid), database (dashed)</text>
                """.formatted(WIDTH, HEIGHT, MARGIN));
        for (int i = 0; i <= 5; i++) {
            double y = y(top * i / 5, top);
            svg.append(line(MARGIN, y, WIDTH - 10, y, "#ddd", ""));
            svg.append(text(8, y + 4, String.format(Locale.ROOT, "%.0f", top * i / 5)));
        }
        appendSeries(svg, accounts, "accounts", "#0b6e4f", top);
        appendSeries(svg, messages, "stored messages", "#8f2d56", top);
        return svg.append("</svg>\n").toString();
    }

    private static void appendSeries(StringBuilder svg, List<Point> points, String what, String colour, double top) {
        StringBuilder daemon = new StringBuilder();
        StringBuilder database = new StringBuilder();
        for (Point point : points) {
            double x = MARGIN + (Math.log10((double) point.size()) - 1) * (WIDTH - MARGIN - 30) / 6;
            daemon.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y(point.daemon(), top)));
            database.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y(point.database(), top)));
            svg.append(
                    text(x - 8, HEIGHT - 22, String.format(Locale.ROOT, "10^%.0f", Math.log10((double) point.size()))));
        }
        String stroke = "<polyline fill=\"none\" stroke=\"" + colour + "\" stroke-width=\"2\" ";
        svg.append(stroke).append("points=\"").append(daemon.toString().strip()).append("\"/>\n");
        svg.append(stroke)
                .append("stroke-dasharray=\"4 3\" points=\"")
                .append(database.toString().strip())
                .append("\"/>\n");
        double x = what.startsWith("a") ? MARGIN : WIDTH / 2.0;
        svg.append("<text x=\"%.0f\" y=\"%d\" fill=\"%s\">%s</text>\n".formatted(x, HEIGHT - 6, colour, what));
    }

    private static double y(double value, double top) {
        return HEIGHT - 40 - value / top * (HEIGHT - 70);
    }

    private static String line(double x1, double y1, double x2, double y2, String colour, String more) {
        return String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"%s/>%n",
                x1,
                y1,
                x2,
                y2,
                colour,
                more);
    }

    private static String text(double x, double y, String words) {
        return String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\">%s</text>%n", x, y, words);
    }
}
