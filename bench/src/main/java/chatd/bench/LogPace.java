package chatd.bench;

import chatd.audit.event.AuditEvent;
import chatd.audit.event.LoggedIdentity;
import chatd.audit.event.Peer;
import chatd.audit.write.AuditLog;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * Measures the log: the share of a core that publishing takes at a given rate, and how long a verifier needs for a
 * gigabyte, compared with hashing the same files.
 */
final class LogPace {
    /** Logs each seal; silenced, because there are thousands here. */
    private static final Logger SEALS = Logger.getLogger("chatd.audit.seal");

    private static final int BATCH = 50;
    private static final int RATE = 5_000;
    private static final int SECONDS = 100;
    private static final long GIGABYTE = 1_000_000_000;

    private final Path root;
    private final Consumer<String> progress;
    private long lastNumber;

    /** @param root the root of the checkout */
    LogPace(Path root, Consumer<String> progress) {
        this.root = root;
        this.progress = progress;
        SEALS.setLevel(Level.OFF);
    }

    /** Runs the measurements; returns the table, as Markdown. */
    String measure() throws IOException {
        Path place = Files.createTempDirectory("chatd-bench");
        try {
            StringBuilder table = new StringBuilder("\n| what | figure |\n| --- | --- |\n");
            row(
                    table,
                    "share of one core taken by publishing, at %,d events/s for %d s".formatted(RATE, SECONDS),
                    measurePublishing(place));
            Path log = Files.createDirectory(place.resolve("gigabyte"));
            Path key = place.resolve("seal.pem");
            Files.writeString(key, write(log));
            List<String> segments = new ArrayList<>();
            try (Stream<Path> files = Files.list(log)) {
                files.map(Path::toString).filter(file -> file.endsWith(".xml")).forEach(segments::add);
            }
            List<String> hashing = new ArrayList<>(List.of("sha256sum"));
            hashing.addAll(segments);
            row(table, "a gigabyte: `sha256sum`", measureSeconds(hashing));
            row(
                    table,
                    "a gigabyte: `chat-admin log verify`, at most 128 MiB of heap",
                    measureSeconds(List.of(
                            root.resolve("chat").toString(),
                            "admin",
                            "log",
                            "verify",
                            "--key",
                            key.toString(),
                            log.toString())));
            row(
                    table,
                    "a gigabyte: `docs/verify.py`",
                    measureSeconds(List.of(
                            "python3", root.resolve("docs/verify.py").toString(), log.toString(), key.toString())));
            return table.toString();
        } finally {
            try (Stream<Path> all = Files.walk(place)) {
                for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void row(StringBuilder table, String what, String figure) {
        progress.accept(what + ": " + figure);
        table.append("| ").append(what).append(" | ").append(figure).append(" |\n");
    }

    private static AuditLog.Options options(Path log) {
        return new AuditLog.Options(
                AuditLog.Fsync.INTERVAL,
                AuditLog.Rotation.at(64 << 20, Duration.ofDays(1)),
                "bench",
                log.resolveSibling(log.getFileName() + ".key"),
                "Ed25519",
                true,
                Duration.ZERO,
                16 << 20);
    }

    private AuditEvent[] nextBatch() {
        AuditEvent[] batch = new AuditEvent[BATCH];
        for (int i = 0; i < BATCH; i++) {
            batch[i] = new AuditEvent.MessageSent(
                    ++lastNumber,
                    LoggedIdentity.of(1, "alice"),
                    new Peer("s1", "chat/1", "2001:db8::1", 50_000),
                    null,
                    100,
                    List.of(LoggedIdentity.of(2, "bob")),
                    "d".repeat(43));
        }
        return batch;
    }

    private String measurePublishing(Path place) throws IOException {
        Path directory = Files.createDirectory(place.resolve("publishing"));
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        try (AuditLog log = AuditLog.open(directory, options(directory), Clock.systemUTC())) {
            log.startPublishing();
            long start = System.nanoTime();
            for (int i = 0; i < RATE * SECONDS / BATCH; i++) {
                log.append(nextBatch());
                long due = start + (i + 1) * TimeUnit.SECONDS.toNanos(BATCH) / RATE;
                TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
            }
            double took = System.nanoTime() - start;
            double used = 0;
            for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
                if (thread != null && Objects.equals(thread.getThreadName(), "audit-publisher")) {
                    used = threads.getThreadCpuTime(thread.getThreadId());
                }
            }
            return String.format(Locale.ROOT, "%.2f %%", 100 * used / took);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Writes a gigabyte of log; returns the public half of the key. */
    private String write(Path directory) throws IOException {
        try (AuditLog log = AuditLog.open(directory, options(directory), Clock.systemUTC())) {
            long size = 0;
            while (size < GIGABYTE) {
                log.append(nextBatch());
                // Each of these lines takes about 350 bytes.
                size += 350L * BATCH;
            }
            return log.key().pem();
        }
    }

    private static String measureSeconds(List<String> command) throws IOException {
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            int exit = process.waitFor();
            if (exit != 0) {
                throw new IOException(command.getFirst() + " exited with " + exit);
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - start) / 1e9);
    }
}
