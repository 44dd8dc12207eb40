package chatd.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The load generator and the floor server, compiled with the machine's gcc. */
final class NativePrograms {
    private final Path sources;
    private final Path binaries;

    /** @param sources the directory of {@code loadgen.c} and {@code floor.c} */
    NativePrograms(Path sources, Path binaries) {
        this.sources = sources;
        this.binaries = binaries;
    }

    Path loadgen() throws IOException {
        return compiled("loadgen");
    }

    Path floor() throws IOException {
        return compiled("floor");
    }

    private Path compiled(String name) throws IOException {
        Path source = sources.resolve(name + ".c");
        Path binary = binaries.resolve(name);
        if (Files.exists(binary)
                && Files.getLastModifiedTime(binary).compareTo(Files.getLastModifiedTime(source)) > 0) {
            return binary;
        }
        Files.createDirectories(binaries);
        String output = run(List.of(
                "gcc", "-O2", "-Wall", "-Wextra", "-o", binary.toString(), source.toString(), "-lssl", "-lcrypto"));
        if (!output.isEmpty()) {
            throw new BenchFailure(
                    name + ".c does not compile (are the packages gcc and libssl-dev installed?):\n" + output);
        }
        return binary;
    }

    /** Runs a command to its end and returns its output, standard error included. */
    static String run(List<String> command) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new BenchFailure("can't run " + command.getFirst() + ": " + e.getMessage());
        }
        process.outputWriter().close();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    /** Like {@link #run}, but inherits standard error and returns the output as lines. */
    static List<String> lines(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process.outputWriter().close();
        List<String> lines = new ArrayList<>();
        process.inputReader(StandardCharsets.UTF_8).lines().forEach(lines::add);
        return lines;
    }
}
