package chatd.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./chat bench}: servers one after the other under the same load. */
@Command(
        name = "chat bench",
        description = {
            "Measures the daemon and the floor server (floor.c: the least that any server must do) side by side, and writes the table to bench/APPENDIX.md.",
            "Needs gcc and libssl-dev. With all scenarios it takes well over an hour on two cores."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example: ./chat bench --only 'fan100.*|pairs-w4' --servers chatd,floor,inspircd"})
public final class Main implements Callable<Integer> {
    /** A warm-up round with fewer milliseconds of JIT compilation than this is the last one. */
    private static final long WARM_COMPILE_MILLIS = 250;

    @Option(
            names = "--servers",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "chatd,floor,floor-b",
            description = {
                "chatd, floor, floor-b (batched), inspircd, ngircd; ${DEFAULT-VALUE} by default.",
                "disk: how long forcing 512 bytes to disk takes, to compare with the latency at 200 messages/s."
            })
    private List<String> servers = List.of();

    @Option(names = "--only", paramLabel = "REGEX", defaultValue = ".*", description = "Only these scenarios.")
    private String only = ".*";

    @Option(names = "--list", description = "List the scenarios.")
    private boolean list;

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "1",
            description = "How often each server is started for each scenario, in turn; ${DEFAULT-VALUE} by default.")
    private int runs = 1;

    @Option(names = "--java", paramLabel = "OPTION", description = "A daemon JVM option, after the usual ones.")
    private List<String> javaOptions = List.of();

    @Option(
            names = "--profile",
            paramLabel = "SCENARIO",
            description = {
                "Draw what the daemon's CPU time is spent on in a scenario: a flame graph,",
                "bench/target/profile-SCENARIO.html (its stacks: .txt); and print it by thread and by package."
            })
    private String profile = "";

    @Option(names = "--micro", description = "Measure the parts of the hot path by themselves, with JMH.")
    private boolean micro;

    @Option(names = "--log", description = "Measure what publishing the log costs, and how fast a gigabyte verifies.")
    private boolean log;

    @Option(names = "--growth", description = "Measure what a message costs as accounts and messages grow; draw it.")
    private boolean growth;

    @Option(names = "--overload", description = "Measure the behaviour under overload.")
    private boolean overload;

    @Option(
            names = "--soak",
            paramLabel = "MINUTES",
            description = "Run at half the top rate for that long, e.g. 60, to see whether memory and latency stay"
                    + " flat.")
    private int soak;

    @Option(names = "--no-table", description = "Print only; leave bench/APPENDIX.md as it is.")
    private boolean noTable;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final Path root = Path.of(System.getProperty("chatd.root", ""));
    private final Report report = new Report();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main())
                .setExecutionExceptionHandler((failure, line, result) -> {
                    if (!(failure instanceof IOException)) {
                        throw failure;
                    }
                    line.getErr().println("chat bench: " + failure.getMessage());
                    return 1;
                })
                .execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        List<Scenario> chosen = Arrays.stream(Scenario.values())
                .filter(scenario -> Pattern.matches(only, scenario.word()))
                .toList();
        if (list || chosen.isEmpty()) {
            chosen = chosen.isEmpty() ? List.of(Scenario.values()) : chosen;
            chosen.forEach(scenario -> out.printf("%-14s %s%n", scenario.word(), scenario.title()));
            return list ? 0 : 2;
        }
        Path page = root.resolve("bench/APPENDIX.md");
        Path daemon = root.resolve("daemon");
        if (micro) {
            return micro();
        }
        if (log) {
            write(page, "log", new LogPace(root.toAbsolutePath(), out::println).measure());
            return 0;
        }
        NativePrograms programs = new NativePrograms(root.resolve("bench/src/main/c"), root.resolve("bench/target"));
        LoadGenerator load = new LoadGenerator(programs);
        if (!profile.isEmpty()) {
            profile(programs, load);
            return 0;
        }
        if (growth || overload || soak > 0) {
            Endurance endurance = new Endurance(load, daemon);
            if (growth) {
                write(page, "growth", new Growth(load, daemon).measure(root.resolve("bench/growth.svg"), out::println));
            }
            if (overload) {
                write(page, "overload", endurance.overload(out::println));
            }
            if (soak > 0) {
                write(page, "soak " + soak, endurance.soak(soak, out::println));
            }
            return 0;
        }
        for (Scenario scenario : chosen) {
            for (int i = 0; i < runs; i++) {
                // Side by side, so that other load on the machine affects all of them.
                for (String name : servers) {
                    if (name.equals("disk")) {
                        disk(scenario);
                    } else if (scenario.runsWithoutStorage() || name.equals("chatd")) {
                        measure(programs, load, scenario, name);
                    }
                }
            }
            if (!noTable) {
                String arguments =
                        " --servers " + String.join(",", servers) + (only.equals(".*") ? "" : " --only '" + only + "'");
                Report.write(page, "figures of ./chat bench" + arguments, heading(arguments) + report.markdown());
            }
        }
        return 0;
    }

    private int micro() throws IOException {
        try {
            new Runner(new OptionsBuilder()
                            .include("chatd\\.bench\\.micro\\..*")
                            .forks(1)
                            .warmupIterations(3)
                            .warmupTime(TimeValue.seconds(2))
                            .measurementIterations(5)
                            .measurementTime(TimeValue.seconds(1))
                            .jvmArgsAppend("-XX:+UseCompactObjectHeaders", "--enable-native-access=ALL-UNNAMED")
                            .build())
                    .run();
            return 0;
        } catch (RunnerException e) {
            throw new BenchFailure("JMH failed: " + e.getMessage());
        }
    }

    private void write(Path page, String what, String text) throws IOException {
        if (!noTable) {
            Report.write(page, "figures of ./chat bench --" + what, heading(" --" + what) + text);
        }
    }

    private void measure(NativePrograms programs, LoadGenerator load, Scenario scenario, String name)
            throws IOException {
        try (BenchDirectory place = new BenchDirectory();
                Server server = start(programs, place, scenario, name)) {
            if (scenario.isIdle()) {
                report.add(
                        scenario,
                        name,
                        List.of(load.idle(server, scenario.accounts(), scenario.arguments(), () -> {})));
            } else if (scenario.isReconnect() && server instanceof ChatdServer daemon) {
                report.add(scenario, name, load.measureReconnect(daemon, scenario.arguments()));
            } else {
                if (name.equals("chatd")) {
                    warmUp(load, server, scenario);
                }
                report.add(scenario, name, load.run(server, scenario.arguments()));
            }
            out.println(report.line(scenario, name));
        }
    }

    private void profile(NativePrograms programs, LoadGenerator load) throws IOException {
        Scenario scenario = Arrays.stream(Scenario.values())
                .filter(each -> each.word().equals(profile))
                .findFirst()
                .orElseThrow(() -> new BenchFailure("there is no scenario called " + profile + "; see --list"));
        if (scenario.isReconnect()) {
            throw new BenchFailure("a scenario that restarts the daemon can't be profiled");
        }
        Path target = root.resolve("bench/target");
        Path graph = target.resolve("profile-" + scenario.word() + ".html");
        try (BenchDirectory place = new BenchDirectory();
                Server server = start(programs, place, scenario, "chatd")) {
            warmUp(load, server, scenario);
            Profiler profiler = new Profiler(server.pid(), place);
            if (scenario.isIdle()) {
                load.idle(server, scenario.accounts(), scenario.arguments(), profiler::start);
            } else {
                profiler.start();
                load.run(server, scenario.arguments());
            }
            profiler.stop(graph, target.resolve("profile-" + scenario.word() + ".txt"))
                    .forEach(out::println);
        }
        out.println("the flame graph: " + graph);
    }

    private void disk(Scenario scenario) throws IOException {
        if (scenario == Scenario.PAIRS_200) {
            try (BenchDirectory place = new BenchDirectory()) {
                report.add(scenario, "disk", Disk.measure(place.file("disk"), 200, 4, 3));
            }
            out.println(report.line(scenario, "disk"));
        }
    }

    /** Warms up the daemon, as if it had run for some minutes: until Java hardly compiles any more. */
    private static void warmUp(LoadGenerator load, Server server, Scenario scenario) throws IOException {
        long compiled = 0;
        for (int i = 0; i < scenario.maxWarmUpRounds(); i++) {
            List<String> longer = new ArrayList<>(scenario.arguments());
            longer.addAll(List.of("-T", "5", "-t", "2", "-j", "1", "-r", scenario.warmUpRate()));
            load.run(server, longer);
            long now = LoadGenerator.compiledMillis(server.pid());
            if (now - compiled < WARM_COMPILE_MILLIS && !scenario.isLogin()) {
                return;
            }
            compiled = now;
        }
    }

    private Server start(NativePrograms programs, BenchDirectory place, Scenario scenario, String name)
            throws IOException {
        return switch (name) {
            case "chatd" ->
                new ChatdServer(
                        root.resolve("daemon"),
                        place,
                        new ChatdServer.Size(
                                scenario.accounts(),
                                scenario.storedMessages(),
                                scenario.usesDefaultHashing(),
                                javaOptions));
            case "floor" -> PeerServer.floor(programs, place, false);
            case "floor-b" -> PeerServer.floor(programs, place, true);
            case "inspircd", "ngircd" -> PeerServer.irc(name, root.resolve("bench/peers"), place);
            default -> throw new BenchFailure("there is no server called " + name + "; see --help");
        };
    }

    private String heading(String arguments) throws IOException {
        String processor = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .findFirst()
                .map(line -> line.replaceFirst(".*: ", ""))
                .orElse("unknown processor");
        return "%nMeasured on %s, %d processors (%s), Linux %s, Java %s, by `./chat bench%s`.%n"
                .formatted(
                        LocalDate.now(java.time.ZoneOffset.UTC),
                        Runtime.getRuntime().availableProcessors(),
                        processor,
                        System.getProperty("os.version", "").toLowerCase(Locale.ROOT),
                        Runtime.version(),
                        arguments);
    }
}
