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
    private static final Pattern HEAP_PART = Pattern.compile(
            "^ *\\S[^%]* total [^%]*used (\\d+)K \\[0x([0-9a-f]+), (?:0x[0-9a-f]+, )?0x([0-9a-f]+)\\)$");
    private static final Pattern MAPPING = Pattern.compile("^([0-9a-f]+)-([0-9a-f]+) .*");
    private static final long SETTLE_MILLIS = 15_000;

    private final NativePrograms programs;

    LoadGenerator(NativePrograms programs) {
        this.programs = programs;
    }

    /** The figures of one measured window, by the load generator's keys. */
    record Figures(Map<String, Double> values) {
        double of(String key) {
            return values.getOrDefault(key, Double.NaN);
        }
    }

    /** An action in the middle of a run. */
    interface Step {
        void run() throws IOException;
    }

    /** Runs the load generator against a server; returns one entry per window. */
    List<Figures> run(Server server, List<String> arguments) throws IOException {
        return parse(NativePrograms.lines(command(server, arguments)));
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

    private static List<Figures> parse(List<String> lines) throws IOException {
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

    /** Logs all clients in, restarts the daemon, and measures how they reconnect; returns one entry. */
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
            return parse(out.lines().toList());
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
        double before = java ? liveKib(server.pid()) : pss(server.pid());
        Process process = new ProcessBuilder(command(server, arguments))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            process.outputWriter().close();
            awaitConnections(server.pid(), connections, process);
            loggedIn.run();
            BenchDirectory.pause(SETTLE_MILLIS);
            double whole = pss(server.pid());
            double after = java ? liveKib(server.pid()) : whole;
            List<Figures> windows = parse(out.lines().toList());
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
            int open = countEntries(Path.of("/proc/" + pid + "/fd"));
            long now = cpuTicks(pid);
            if (open >= connections && now - spent < 5) {
                return;
            }
            spent = now;
            BenchDirectory.pause(500);
        }
    }

    private static int countEntries(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return (int) entries.count();
        }
    }

    private static long cpuTicks(long pid) throws IOException {
        String[] fields = Files.readString(Path.of("/proc/" + pid + "/stat"))
                .replaceFirst("^.*\\) ", "")
                .split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    private static double pss(long pid) throws IOException {
        return sumPss(Files.readString(Path.of("/proc/" + pid + "/smaps_rollup")));
    }

    private static double sumPss(String smaps) {
        return smaps.lines()
                .filter(line -> line.startsWith("Pss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .sum();
    }

    /** Returns the live heap after a collection plus all memory outside the heap, in KiB. */
    private static double liveKib(long pid) throws IOException {
        jcmd(pid, "GC.run");
        jcmd(pid, "GC.run");
        // Each part of the heap has a line with its used size and, at the end, the range of its addresses.
        String info = jcmd(pid, "GC.heap_info");
        double used = 0;
        long from = Long.MAX_VALUE;
        long to = 0;
        for (String line : info.lines().toList()) {
            Matcher part = HEAP_PART.matcher(line);
            if (part.matches()) {
                used += Double.parseDouble(part.group(1));
                from = Math.min(from, Long.parseLong(part.group(2), 16));
                to = Math.max(to, Long.parseLong(part.group(3), 16));
            }
        }
        if (to == 0) {
            throw new BenchFailure("unexpected output of GC.heap_info: " + info);
        }
        return used + outsideHeapKib(pid, from, to);
    }

    private static double outsideHeapKib(long pid, long from, long to) throws IOException {
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

    /** Returns how long the JIT compiler has run since the JVM started. */
    static long compiledMillis(long pid) throws IOException {
        return jcmd(pid, "PerfCounter.print")
                .lines()
                .filter(line -> line.startsWith("sun.ci.standardTime=") || line.startsWith("sun.ci.osrTime="))
                .mapToLong(line -> TimeUnit.NANOSECONDS.toMillis(Long.parseLong(line.replaceAll("[^0-9]", ""))))
                .sum();
    }

    private static String jcmd(long pid, String command) throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        return NativePrograms.run(List.of(jcmd.toString(), Long.toString(pid), command));
    }
}
