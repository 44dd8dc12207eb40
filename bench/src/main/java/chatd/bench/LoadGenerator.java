package chatd.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs the load generator in a process of its own, and measures the server's memory under it. */
final class LoadGenerator {
    private static final Pattern PAIR = Pattern.compile("(\\w+)=(-?[0-9.]+)(?= |$)");
    private static final Pattern PART = Pattern.compile(
            "^ *\\S[^%]* total [^%]*used (\\d+)K \\[0x([0-9a-f]+), (?:0x[0-9a-f]+, )?0x([0-9a-f]+)\\)$");
    private static final Pattern MAPPING = Pattern.compile("^([0-9a-f]+)-([0-9a-f]+) .*");
    private static final long SETTLE_MILLIS = 15_000;

    private final Native programs;

    LoadGenerator(Native programs) {
        this.programs = programs;
    }

    /** The figures of one measured window, by the load generator's keys. */
    record Figures(Map<String, Double> values) {
        double of(String key) {
            return values.getOrDefault(key, Double.NaN);
        }
    }

    /** Something that is done in the middle of a run. */
    interface Step {
        void run() throws IOException;
    }

    /** Runs the load generator against a server; returns one entry per window. */
    List<Figures> run(Server server, List<String> arguments) throws IOException {
        return parsed(Native.lines(command(server, arguments)));
    }

    private List<String> command(Server server, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                programs.loadgen().toString(),
                "-d",
                server.dialect(),
                "-P",
                Integer.toString(server.port()),
                "-w",
                server.password(),
                "-p",
                Long.toString(server.pid()),
                "-c",
                Integer.toString(server.concurrency())));
        if (server.databasePid() != 0) {
            command.addAll(List.of("-q", Long.toString(server.databasePid())));
        }
        command.addAll(arguments);
        return command;
    }

    private static List<Figures> parsed(List<String> lines) throws IOException {
        List<Figures> windows = new ArrayList<>();
        for (String line : lines) {
            Map<String, Double> values = new HashMap<>();
            Matcher pair = PAIR.matcher(line);
            while (pair.find()) {
                values.put(pair.group(1), Double.valueOf(pair.group(2)));
            }
            windows.add(new Figures(values));
        }
        if (windows.isEmpty()) {
            throw new BenchFailure("the load generator measured nothing");
        }
        return windows;
    }

    /** Logs everybody in, starts the daemon anew, and measures how they come back; returns one entry. */
    List<Figures> measureReconnect(ChatdServer server, List<String> arguments) throws IOException {
        Process process = new ProcessBuilder(command(server, arguments))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
                BufferedWriter in = process.outputWriter(StandardCharsets.UTF_8)) {
            if (!"back".equals(out.readLine())) {
                throw new BenchFailure("the clients did not log in");
            }
            server.restart();
            in.write(server.port() + " " + server.pid() + "\n");
            in.flush();
            return parsed(out.lines().toList());
        }
    }

    /**
     * Measures idle connections: {@code idle_kib}, the memory added by each, and {@code whole_kib}, the whole process
     * divided among them, both in KiB.
     *
     * @param loggedIn called once all are connected and the server is at rest
     */
    Figures idle(Server server, int connections, List<String> arguments, Step loggedIn) throws IOException {
        boolean java = server instanceof ChatdServer;
        double before = java ? live(server.pid()) : pss(server.pid());
        Process process = new ProcessBuilder(command(server, arguments))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            process.outputWriter().close();
            awaitConnections(server.pid(), connections, process);
            loggedIn.run();
            BenchDirectory.pause(SETTLE_MILLIS);
            double whole = pss(server.pid());
            double after = java ? live(server.pid()) : whole;
            List<Figures> windows = parsed(out.lines().toList());
            Map<String, Double> values = new HashMap<>(windows.getFirst().values());
            values.put("idle_kib", (after - before) / connections);
            values.put("whole_kib", whole / connections);
            return new Figures(values);
        }
    }

    /**
     * Waits until all are logged in: as many open descriptors as connections, and hardly any CPU used since the last
     * look.
     */
    private static void awaitConnections(long pid, int connections, Process load) throws IOException {
        long spent = -1;
        while (load.isAlive()) {
            int open = list(Path.of("/proc/" + pid + "/fd"));
            long now = ticks(pid);
            if (open >= connections && now - spent < 5) {
                return;
            }
            spent = now;
            BenchDirectory.pause(500);
        }
    }

    private static int list(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return (int) entries.count();
        }
    }

    private static long ticks(long pid) throws IOException {
        String[] fields = Files.readString(Path.of("/proc/" + pid + "/stat"))
                .replaceFirst("^.*\\) ", "")
                .split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    private static double pss(long pid) throws IOException {
        return kibibytes(Files.readString(Path.of("/proc/" + pid + "/smaps_rollup")));
    }

    private static double kibibytes(String smaps) {
        return smaps.lines()
                .filter(line -> line.startsWith("Pss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .sum();
    }

    /** Returns the live heap after a collection plus all memory outside the heap, in KiB. */
    private static double live(long pid) throws IOException {
        jcmd(pid, "GC.run");
        jcmd(pid, "GC.run");
        // Each part of the heap has a line with its used size and, at the end, the range of its addresses.
        String info = jcmd(pid, "GC.heap_info");
        double used = 0;
        long from = Long.MAX_VALUE;
        long to = 0;
        for (String line : info.lines().toList()) {
            Matcher part = PART.matcher(line);
            if (part.matches()) {
                used += Double.parseDouble(part.group(1));
                from = Math.min(from, Long.parseLong(part.group(2), 16));
                to = Math.max(to, Long.parseLong(part.group(3), 16));
            }
        }
        if (to == 0) {
            throw new BenchFailure("unexpected output of GC.heap_info: " + info);
        }
        return used + outside(pid, from, to);
    }

    private static double outside(long pid, long from, long to) throws IOException {
        double sum = 0;
        boolean counts = true;
        String smaps = Files.readString(Path.of("/proc/" + pid + "/smaps"));
        try (BufferedReader lines = new BufferedReader(new StringReader(smaps))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher mapping = MAPPING.matcher(line);
                if (mapping.matches()) {
                    long start = Long.parseUnsignedLong(mapping.group(1), 16);
                    counts = start < 0 || start < from || start >= to;
                } else if (counts && line.startsWith("Pss:")) {
                    sum += Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        }
        return sum;
    }

    /** Returns for how long Java has compiled code since it was started. */
    static long compiledMillis(long pid) throws IOException {
        return jcmd(pid, "PerfCounter.print")
                .lines()
                .filter(line -> line.startsWith("sun.ci.standardTime=") || line.startsWith("sun.ci.osrTime="))
                .mapToLong(line -> TimeUnit.NANOSECONDS.toMillis(Long.parseLong(line.replaceAll("[^0-9]", ""))))
                .sum();
    }

    private static String jcmd(long pid, String command) throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        return Native.run(List.of(jcmd.toString(), Long.toString(pid), command));
    }
}
