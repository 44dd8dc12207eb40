package chatd.audit.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chatd.audit.Logs;
import chatd.audit.read.LogTail;
import chatd.fixtures.TestClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If a file of an open log is removed or replaced, nothing is lost and the log records it. */
@Tag("slow")
class RemovedFilesTest {
    @TempDir
    private Path base;

    private final TestClock clock = Logs.clock();

    private Path directory() {
        return base.resolve("log");
    }

    private AuditLog open() throws IOException {
        Files.createDirectories(directory());
        AuditLog.Options options = new AuditLog.Options(
                AuditLog.Fsync.INTERVAL,
                AuditLog.Rotation.at(64 << 20, Duration.ofDays(1)),
                "host",
                base.resolve("seal.key"),
                "Ed25519",
                true,
                Duration.ZERO,
                1 << 20);
        return AuditLog.open(directory(), options, clock);
    }

    private Path file(String name) {
        return directory().resolve(name);
    }

    /** Waits until the log itself reports something, and checks that it does so once. */
    private void awaitReported(String text) {
        await().until(() -> Files.exists(file("audit.xml")) && reportCount(text) > 0);
        assertThat(reportCount(text)).isEqualTo(1);
    }

    private long reportCount(String text) {
        try (Stream<Path> segments = Files.list(directory())) {
            return segments.filter(path -> path.toString().endsWith(".xml"))
                    .flatMap(path -> {
                        try {
                            return Files.readAllLines(path).stream();
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    })
                    .filter(line -> line.contains("type=\"log\" outcome=\"failed\"") && line.contains(text))
                    .count();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void closeAndVerify(AuditLog log) throws IOException {
        log.close();
        assertThat(Logs.verify(directory()).firstError()).isNull();
        try (AuditLog again = open()) {
            assertThat(again.trouble()).isNull();
        }
    }

    @Test
    void aRemovedPartIsRestoredFromTheOpenFile() throws Exception {
        AuditLog log = open().startPublishing();
        log.append(Logs.event(1));
        Files.delete(file("audit.part"));
        await().until(() -> Files.exists(file("audit.part")));
        log.append(Logs.event(2));
        awaitReported("audit.part was removed");
        assertThat(Files.readString(file("audit.part"))).contains("message=\"1\"", "message=\"2\"");
        assertThat(log.lastMessage()).isEqualTo(2);
        closeAndVerify(log);
    }

    /** Nothing appended right after a removal is lost: an unlinked file is written to for at most 250 ms. */
    @Test
    void nothingIsLostWhileAppending() throws Exception {
        AuditLog log = open();
        int number = 0;
        for (int round = 0; round < 3; round++) {
            Files.delete(file("audit.part"));
            while (!Files.exists(file("audit.part"))) {
                log.append(Logs.event(++number));
            }
        }
        log.append(Logs.event(++number));
        List<Integer> logged = Pattern.compile(" message=\"(\\d+)\"")
                .matcher(Files.readString(file("audit.part")))
                .results()
                .map(found -> Integer.parseInt(found.group(1)))
                .toList();
        assertThat(logged).isEqualTo(IntStream.rangeClosed(1, number).boxed().toList());
        closeAndVerify(log);
    }

    @Test
    void aFileThatReplacedThePartIsKeptUnderAnotherName() throws Exception {
        AuditLog log = open().startPublishing();
        log.append(Logs.event(1));
        Path foreign = Files.writeString(base.resolve("foreign"), "<audit>nothing happened</audit>\n");
        Files.move(
                foreign,
                file("audit.part"),
                java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        awaitReported("audit.part was replaced");
        assertThat(Files.readString(file("audit.part"))).contains("message=\"1\"");
        try (Stream<Path> files = Files.list(directory())) {
            Path kept = files.filter(path -> path.getFileName().toString().startsWith("audit.replaced-"))
                    .findFirst()
                    .orElseThrow();
            assertThat(kept).hasContent("<audit>nothing happened</audit>");
        }
        closeAndVerify(log);
    }

    @Test
    void aTruncatedPartBreaksTheLog() throws Exception {
        AtomicReference<Exception> broken = new AtomicReference<>();
        AuditLog log = open().startPublishing();
        log.observe(new AuditLog.Observer() {
            @Override
            public void logFailed(String why) {}

            @Override
            public void logRecovered() {}

            @Override
            public void broken(Exception why) {
                broken.set(why);
            }
        });
        log.append(Logs.event(1));
        Files.write(file("audit.part"), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
        await().until(() -> broken.get() != null);
        assertThatThrownBy(() -> log.append(Logs.event(2))).isInstanceOf(IOException.class);
    }

    @Test
    void withoutItsDirectoryTheLogCanNotBeWrittenUntilItIsBack() throws Exception {
        AuditLog log = open().startPublishing();
        log.append(Logs.event(1));
        Path away = Files.move(directory(), base.resolve("away"));
        Files.createFile(directory());
        await().until(() -> log.trouble() != null);
        assertThatThrownBy(() -> log.append(Logs.event(2))).isInstanceOf(IOException.class);
        Files.delete(directory());
        Files.move(away, directory());
        await().until(() -> log.trouble() == null);
        log.append(Logs.event(2));
        assertThat(Files.readString(file("audit.part"))).contains("message=\"1\"", "message=\"2\"");
        closeAndVerify(log);
    }

    @Test
    void aRemovedDirectoryIsRecreated() throws Exception {
        AuditLog log = open().startPublishing();
        log.append(Logs.event(1));
        Files.move(directory(), base.resolve("away"));
        await().until(() -> Files.exists(file("audit.part")));
        log.append(Logs.event(2));
        awaitReported("audit.part was removed");
        assertThat(file("audit.xsd")).exists();
        assertThat(file("audit.css")).exists();
        closeAndVerify(log);
    }

    @Test
    void aRemovedOrReplacedDocumentIsPublishedAgain() throws Exception {
        AuditLog log = open().startPublishing();
        log.append(Logs.event(1));
        await().until(() -> Files.readString(file("audit.xml")).contains("message=\"1\""));
        Files.delete(file("audit.xml"));
        awaitReported("audit.xml was removed");
        Files.writeString(file("other"), "other");
        Files.move(file("other"), file("audit.xml"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        awaitReported("audit.xml was replaced");
        closeAndVerify(log);
    }

    @Test
    void aRemovedOrReplacedClosedSegmentIsReported() throws Exception {
        AuditLog log = open().startPublishing();
        for (int i = 1; i <= 3; i++) {
            log.append(Logs.event(i));
            log.rotate();
        }
        List<Path> closed = log.files().closed();
        Files.delete(closed.get(1));
        awaitReported(closed.get(1).getFileName() + " was removed");
        Files.copy(closed.get(0), file("other"));
        Files.move(file("other"), closed.get(0), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        awaitReported(closed.get(0).getFileName() + " was replaced");
        log.append(Logs.event(4));
        log.rotate();
        log.append(Logs.event(5));
        log.close();
        assertThat(Logs.verify(directory()).firstError()).contains("segment 2 is missing");
    }

    @Test
    void aRemovedReserveIsRecreated() throws Exception {
        AuditLog log = open().startPublishing();
        Files.delete(file("audit.reserve"));
        awaitReported("audit.reserve was removed");
        await().until(() -> Files.size(file("audit.reserve")) == 1 << 20);
        closeAndVerify(log);
    }

    @Test
    void otherRemovedFilesAreReportedToo() throws Exception {
        AtomicReference<String> news = new AtomicReference<>();
        AuditLog log = open().startPublishing(() -> news.getAndSet(null));
        news.set("audit.lock was removed or replaced; the lock was taken anew");
        awaitReported("audit.lock was removed");
        closeAndVerify(log);
    }

    @Test
    void aStartWithoutThePartIsReported() throws Exception {
        AuditLog log = open();
        log.append(Logs.event(1));
        log.close();
        Files.delete(file("audit.part"));
        open().close();
        awaitReported("audit.part was missing at startup");
        Files.delete(file("audit.part"));
        try (AuditLog again = open()) {
            again.rotate();
        }
        Files.delete(file("audit.part"));
        Files.delete(file("audit.xml"));
        closeAndVerify(open());
        awaitReported("neither audit.part nor audit.xml was there at startup");
    }

    /** The log must start: damaged files are kept under another name, and an event records that. */
    @Test
    void aStartKeepsUnreadableFilesUnderAnotherName() throws Exception {
        AuditLog log = open();
        log.append(Logs.event(1));
        log.rotate();
        log.close();
        Files.write(file("audit.part"), new byte[100]);
        Files.write(file("audit.xml"), new byte[200]);
        closeAndVerify(open());
        try (Stream<Path> files = Files.list(directory())) {
            assertThat(files.filter(path -> path.getFileName().toString().startsWith("audit.torn-")))
                    .hasSize(2);
        }
    }

    /** Once the part has been truncated, nothing more is written to it: that would leave a hole. */
    @Test
    void nothingIsAppendedToATruncatedPart() throws Exception {
        AuditLog log = open();
        log.append(Logs.event(1));
        log.publish();
        byte[] published = Files.readAllBytes(file("audit.xml"));
        Files.write(file("audit.part"), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
        await().until(() -> {
            try {
                log.append(Logs.event(2));
                return false;
            } catch (IOException e) {
                return true;
            }
        });
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> log.append(Logs.event(3))).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(log::publish).isInstanceOf(IOException.class);
        assertThatThrownBy(log::close).isInstanceOf(IOException.class);
        assertThat(Files.readAllBytes(file("audit.xml"))).isEqualTo(published);
        closeAndVerify(open());
    }

    /** An administrator who follows the log sees each event once. */
    @Test
    void aTailContinuesInTheRestoredPart() throws Exception {
        AuditLog log = open().startPublishing();
        log.append(Logs.event(1));
        try (LogTail tail = LogTail.ofLast(log.files(), log::appended, 0)) {
            log.append(Logs.event(2));
            assertThat(tail.next()).asString().contains("message=\"2\"");
            assertThat(tail.next()).isNull();
            Files.delete(file("audit.part"));
            assertThat(tail.next()).isNull();
            await().until(() -> Files.exists(file("audit.part")));
            byte[] next = await().until(tail::next, line -> line != null);
            assertThat(next).asString().contains("audit.part was removed");
        }
        closeAndVerify(log);
    }
}
