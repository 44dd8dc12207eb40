package chatd.acceptance.web.browser;

import static org.awaitility.Awaitility.await;

import chatd.mariadb.GuardedProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A process of a browser, with its home in a directory of its own; neither it nor its children outlive this one. */
final class BrowserProcess implements AutoCloseable {
    private final GuardedProcess process;
    private final Path log;

    private BrowserProcess(GuardedProcess process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a command; returns when it is ready.
     *
     * @param home a directory that exists
     * @param environment variables added to those of this process
     * @param isReady tests what the process has written so far
     * @throws IllegalStateException if it does not become ready, with what it has written
     */
    static BrowserProcess start(
            Path home, List<String> command, Map<String, String> environment, Predicate<String> isReady) {
        Map<String, String> all = new HashMap<>(environment);
        // Keeps all its files in this directory, and its messages in English.
        for (String variable : List.of("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "TMPDIR")) {
            all.put(variable, home.toString());
        }
        all.put("LC_ALL", "C.UTF-8");
        try {
            Path log = Files.createTempFile(home, "said", ".log");
            var started = new BrowserProcess(GuardedProcess.start(command, all, log), log);
            try {
                await().until(() -> !started.process.isAlive() || isReady.test(started.output()));
                if (!started.process.isAlive()) {
                    throw new IllegalStateException("it has ended");
                }
                return started;
            } catch (RuntimeException e) {
                started.close();
                throw new IllegalStateException("%s does not start: %s".formatted(command, started.output()), e);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns what the process and its children have written. */
    String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> children = Stream.ofNullable(
                        ProcessHandle.of(process.pid()).orElse(null))
                .flatMap(ProcessHandle::descendants)
                .toList();
        process.close();
        // They would end by themselves without it, but that takes time.
        children.forEach(ProcessHandle::destroyForcibly);
        await().until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    }
}
