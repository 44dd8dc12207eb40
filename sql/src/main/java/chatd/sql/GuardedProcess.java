package chatd.sql;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A process that does not outlive this one, not even one that is killed: it runs under a small shell that waits on a
 * pipe from us and ends it when that closes. It has a session of its own, so that Ctrl-C reaches us alone and we stop
 * it in order.
 */
public final class GuardedProcess implements AutoCloseable {
    private static final String GUARD = """
            exec 3<&0
            "$@" 3<&- </dev/null >>"$LOG" 2>&1 &
            pid=$!
            echo $pid
            exec >/dev/null
            (read -r _ <&3; kill -TERM $pid 2>/dev/null) &
            watcher=$!
            wait $pid
            status=$?
            kill $watcher 2>/dev/null
            exit $status
            """;

    private final Process guard;
    private final long pid;

    private GuardedProcess(Process guard, long pid) {
        this.guard = guard;
        this.pid = pid;
    }

    /**
     * Starts a command.
     *
     * @param environment in addition to ours
     * @param log where what it prints is appended
     */
    public static GuardedProcess start(List<String> command, Map<String, String> environment, Path log)
            throws IOException {
        List<String> guarded = new ArrayList<>(List.of("setsid", "sh", "-c", GUARD, "guard"));
        guarded.addAll(command);
        ProcessBuilder builder =
                new ProcessBuilder(guarded).redirectError(ProcessBuilder.Redirect.appendTo(new File(log.toString())));
        builder.environment().putAll(environment);
        builder.environment().put("LOG", log.toString());
        Process guard = builder.start();
        BufferedReader out = guard.inputReader(StandardCharsets.US_ASCII);
        String pid = out.readLine();
        if (pid == null) {
            throw new IOException("can't start " + command.getFirst() + ": is setsid (package util-linux) there?");
        }
        return new GuardedProcess(guard, Long.parseLong(pid.strip()));
    }

    /** Of the process itself, not of its guard. */
    public long pid() {
        return pid;
    }

    public boolean isAlive() {
        return guard.isAlive();
    }

    /** Completes with the exit code when it ends. */
    public CompletableFuture<Integer> onExit() {
        return guard.onExit().thenApply(Process::exitValue);
    }

    /** Asks it to end, and ends it by force where it does not within {@code patience}. */
    public void stop(Duration patience) {
        try {
            guard.getOutputStream().close();
        } catch (IOException e) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
        }
        try {
            if (!guard.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
                guard.waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop(Duration.ofSeconds(20));
    }
}
