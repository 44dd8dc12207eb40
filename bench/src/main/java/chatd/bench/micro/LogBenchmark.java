package chatd.bench.micro;

import chatd.audit.SaltedDigest;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.LoggedIdentity;
import chatd.audit.event.Peer;
import chatd.audit.write.AuditLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Measures an event of the audit log, formatted, chained and written: alone, and in a batch of fifty. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init")
public class LogBenchmark {
    private static final int BATCH = 50;
    private static final byte[] SALT = new byte[16];
    private static final List<Long> RECEIVERS = List.of(2L);
    private static final Instant TIME = Instant.parse("2026-11-20T06:15:00.123Z");
    private static final String TEXT = "x".repeat(100);

    private Path directory;
    private AuditLog log;
    private final AuditEvent[] one = {event(1)};
    private final AuditEvent[] many = new AuditEvent[BATCH];

    private static AuditEvent event(long number) {
        return new AuditEvent.MessageSent(
                number,
                LoggedIdentity.of(1, "alice"),
                new Peer("s1", "chat/1", "2001:db8::1", 50_000),
                null,
                100,
                List.of(LoggedIdentity.of(2, "bob")),
                "d".repeat(43));
    }

    @Setup
    public void open() throws IOException {
        directory = Files.createTempDirectory("chatd-bench");
        log = AuditLog.open(
                directory,
                new AuditLog.Options(
                        AuditLog.Fsync.INTERVAL,
                        AuditLog.Rotation.at(64 << 20, Duration.ofDays(1)),
                        "host",
                        directory.resolve("seal.key"),
                        "Ed25519",
                        true,
                        Duration.ZERO,
                        0),
                Clock.systemUTC());
        for (int i = 0; i < BATCH; i++) {
            many[i] = event(i);
        }
    }

    @TearDown
    public void close() throws IOException {
        log.close();
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    @Benchmark
    public String digest() {
        return new SaltedDigest(SALT, 184, 1, RECEIVERS, TIME).ofText(TEXT);
    }

    @Benchmark
    public void appendOne() throws IOException {
        log.append(one);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void appendFiftyEach() throws IOException {
        log.append(many);
    }
}
