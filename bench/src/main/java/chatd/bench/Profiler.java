package chatd.bench;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import one.profiler.AsyncProfiler;

/**
 * Samples what a running JVM spends its CPU time on, with async-profiler, which it loads into that process. Uses
 * per-thread timers, which need no privileges; system calls are attributed to the C library function that made them.
 */
final class Profiler {
    /** Shares below this percentage are not printed. */
    private static final double MIN_PERCENT = 0.5;

    /** The number that ends a thread's name; threads of one kind share what precedes it. */
    private static final Pattern THREAD_NUMBER = Pattern.compile("([ -]?#?\\d+(-\\d+)*)?( tid=\\d+)?$");

    private final long pid;
    private final Path library;

    /** @param place where the library is put for the process to load */
    Profiler(long pid, BenchDirectory place) throws IOException {
        this.pid = pid;
        this.library = place.file("libasyncProfiler.so");
        String inJar = (System.getProperty("os.arch", "").equals("aarch64") ? "/linux-arm64/" : "/linux-x64/")
                + "libasyncProfiler.so";
        try (InputStream bundled = AsyncProfiler.class.getResourceAsStream(inJar)) {
            if (bundled == null) {
                throw new BenchFailure("there is no async-profiler for this kind of machine");
            }
            Files.copy(bundled, library);
        }
    }

    void start() throws IOException {
        runAgent("start,event=ctimer,interval=1ms,threads");
    }

    /**
     * Stops sampling and writes a flame graph and the stacks that it is drawn from.
     *
     * @param graph the file to write, as HTML
     * @param stacks the file to write, one stack with its number of samples a line
     * @return the shares of threads and of packages, as lines for a terminal
     */
    List<String> stop(Path graph, Path stacks) throws IOException {
        runAgent("dump,file=" + stacks.toAbsolutePath() + ",collapsed,threads");
        runAgent("stop,file=" + graph.toAbsolutePath() + ",flamegraph,threads,title=chatd");
        Map<String, Long> byThread = new HashMap<>();
        Map<String, Long> byPackage = new HashMap<>();
        for (String line : Files.readAllLines(stacks)) {
            int end = line.lastIndexOf(' ');
            long samples = Long.parseLong(line.substring(end + 1));
            String[] frames = line.substring(0, end).split(";", -1);
            byThread.merge(
                    THREAD_NUMBER.matcher(frames[0].replaceAll("^\\[|]$", "")).replaceFirst(""), samples, Long::sum);
            byPackage.merge(innermostPackage(frames), samples, Long::sum);
        }
        List<String> lines = new ArrayList<>();
        lines.add("by thread, % of the CPU time:");
        lines.addAll(shares(byThread));
        lines.add("by the innermost package of ours or of a library, % of the CPU time:");
        lines.addAll(shares(byPackage));
        return lines;
    }

    /** Returns the innermost package that is neither Java's nor the system's; the thread's outermost frame if none is. */
    private static String innermostPackage(String[] frames) {
        for (int i = frames.length - 1; i > 0; i--) {
            String frame = frames[i];
            int end = frame.lastIndexOf('/');
            if (end > 0 && frame.matches("(chatd|io|org|de|com)/.*")) {
                return frame.substring(0, end).replace('/', '.');
            }
        }
        return frames.length > 1 ? frames[1] : frames[0];
    }

    private static List<String> shares(Map<String, Long> samples) {
        double all = samples.values().stream().mapToLong(Long::longValue).sum();
        return samples.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .filter(entry -> 100 * entry.getValue() / all >= MIN_PERCENT)
                .map(entry -> "%6.1f  %s".formatted(100 * entry.getValue() / all, entry.getKey()))
                .toList();
    }

    private void runAgent(String command) throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
            try {
                machine.loadAgentPath(library.toString(), command);
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException | AgentLoadException | AgentInitializationException e) {
            throw new BenchFailure("the profiler can't be loaded into the daemon: " + e.getMessage());
        }
    }
}
