package chatd.backup.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs the system's own programs, in English, without input. Any thread; blocks. */
public final class SystemCommand {
    private static final List<Path> DIRECTORIES =
            List.of(Path.of("/usr/bin"), Path.of("/bin"), Path.of("/usr/sbin"), Path.of("/sbin"));

    /** The longest that a program may take, in seconds. */
    private static final String LIMIT = "10";

    /** The exit code of timeout(1) for a program that took longer. */
    private static final int TOO_LATE = 124;

    /** Bytes of output that are kept. */
    private static final int MAX_OUTPUT = 1 << 20;

    private SystemCommand() {}

    /** @param out what it wrote, errors too, without the last line end */
    public record Result(int exit, String out) {
        public boolean isOk() {
            return exit == 0;
        }
    }

    /**
     * Runs a program.
     *
     * @return empty if this system does not have it
     * @throws IOException if it can't be run, or takes longer than ten seconds
     */
    public static Optional<Result> run(String program, String... arguments) throws IOException {
        Optional<Path> found = find(program);
        Optional<Path> timeout = find("timeout");
        if (found.isEmpty() || timeout.isEmpty()) {
            return Optional.empty();
        }
        List<String> command = new ArrayList<>(
                List.of(timeout.get().toString(), LIMIT, found.get().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        try {
            byte[] out = process.getInputStream().readNBytes(MAX_OUTPUT);
            process.getInputStream().close();
            int exit = process.waitFor();
            if (exit == TOO_LATE) {
                throw new IOException(program + " took longer than " + LIMIT + " seconds");
            }
            return Optional.of(new Result(exit, new String(out, StandardCharsets.UTF_8).stripTrailing()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static Optional<Path> find(String program) {
        return DIRECTORIES.stream()
                .map(directory -> directory.resolve(program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
