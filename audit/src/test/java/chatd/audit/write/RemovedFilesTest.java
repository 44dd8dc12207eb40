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
    private Path place;

    private final TestClock clock = Logs.clock();

    private Path directory() {
        return place.resolve("log");
    }

    private AuditLog open() throws IOException {
        Files.createDirectories(directory());
        AuditLog.Options options = new AuditLog.Options(
                AuditLog.Fsync.INTERVAL,
                AuditLog.Rotation.at(64 << 20, Duration.ofDays(1)),
                "host",
                place.resolve("seal.key"),
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
    private void awaitSaid(String what) {
        await().until(() -> Files.exists(file("audit.xml")) && said(what) > 0);
        assertThat(said(what)).isEqualTo(1);
    }

    private long said(String what) {
        try (Stream<Path> segments = Files.list(directory())) {
            return segments.filter(path -> path.toString().endsWith(".xml"))
                    .flatMap(path -> {
                        try {
                            return Files.readAllLines(path).stream();
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    })
                    .filter(line -> line.contains("type=\"log\" outcome=\"failed\"") && line.contains(what))
                    .count();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void holds(AuditLog log) throws IOException {
        log.close();
        assertThat(Logs.verify(directory()).wrong()).isNull();
        try (AuditLog again = open()) {
            assertThat(again.trouble()).isNull();
        }
    }

    @Test
    void thePartIsMadeAnewFromWhatIsOpen() throws Exception {
        AuditLog log = open().publishing();
        log.append(Logs.event(1));
        Files.delete(file("audit.part"));
        await().until(() -> Files.exists(file("audit.part")));
        log.append(Logs.event(2));
        awaitSaid("audit.part was removed");
        assertThat(Files.readString(file("audit.part"))).contains("message=\"1\"", "message=\"2\"");
        assertThat(log.lastMessage()).isEqualTo(2);
        holds(log);
    }

    /** Nothing appended right after a removal is lost: a file without a name is written to for 250 ms at most. */
    @Test
    void whoIsBusyLosesNothingEither() throws Exception {
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
        holds(log);
    }

    @Test
    void anotherInThePlaceOfThePartIsKeptBeside() throws Exception {
        AuditLog log = open().publishing();
        log.append(Logs.event(1));
        Path foreign = Files.writeString(place.resolve("foreign"), "<audit>nothing happened</audit>\n");
        Files.move(
                foreign,
                file("audit.part"),
                java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        awaitSaid("audit.part was replaced");
        assertThat(Files.readString(file("audit.part"))).contains("message=\"1\"");
        try (Stream<Path> files = Files.list(directory())) {
            Path kept = files.filter(path -> path.getFileName().toString().startsWith("audit.replaced-"))
                    .findFirst()
                    .orElseThrow();
            assertThat(kept).hasContent("<audit>nothing happened</audit>");
        }
        holds(log);
    }

    @Test
    void aPartThatWasCutShortCanNotGoOn() throws Exception {
        AtomicReference<Exception> broken = new AtomicReference<>();
        AuditLog log = open().publishing();
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
    void withoutADirectoryItCanNotBeWrittenUntilThatIsBack() throws Exception {
        AuditLog log = open().publishing();
        log.append(Logs.event(1));
        Path away = Files.move(directory(), place.resolve("away"));
        Files.createFile(directory());
        await().until(() -> log.trouble() != null);
        assertThatThrownBy(() -> log.append(Logs.event(2))).isInstanceOf(IOException.class);
        Files.delete(directory());
        Files.move(away, directory());
        await().until(() -> log.trouble() == null);
        log.append(Logs.event(2));
        assertThat(Files.readString(file("audit.part"))).contains("message=\"1\"", "message=\"2\"");
        holds(log);
    }

    @Test
    void aDirectoryThatIsGoneIsMadeAnew() throws Exception {
        AuditLog log = open().publishing();
        log.append(Logs.event(1));
        Files.move(directory(), place.resolve("away"));
        await().until(() -> Files.exists(file("audit.part")));
        log.append(Logs.event(2));
        awaitSaid("audit.part was removed");
        assertThat(file("audit.xsd")).exists();
        assertThat(file("audit.css")).exists();
        holds(log);
    }

    @Test
    void theDocumentIsPublishedAnew() throws Exception {
        AuditLog log = open().publishing();
        log.append(Logs.event(1));
        await().until(() -> Files.readString(file("audit.xml")).contains("message=\"1\""));
        Files.delete(file("audit.xml"));
        awaitSaid("audit.xml was removed");
        Files.writeString(file("other"), "other");
        Files.move(file("other"), file("audit.xml"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        awaitSaid("audit.xml was replaced");
        holds(log);
    }

    @Test
    void aClosedSegmentThatIsGoneIsTold() throws Exception {
        AuditLog log = open().publishing();
        for (int i = 1; i <= 3; i++) {
            log.append(Logs.event(i));
            log.rotate();
        }
        List<Path> closed = log.files().closed();
        Files.delete(closed.get(1));
        awaitSaid(closed.get(1).getFileName() + " was removed");
        Files.copy(closed.get(0), file("other"));
        Files.move(file("other"), closed.get(0), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        awaitSaid(closed.get(0).getFileName() + " was replaced");
        log.append(Logs.event(4));
        log.rotate();
        log.append(Logs.event(5));
        log.close();
        assertThat(Logs.verify(directory()).wrong()).contains("segment 2 is missing");
    }

    @Test
    void theReserveIsMadeAnew() throws Exception {
        AuditLog log = open().publishing();
        Files.delete(file("audit.reserve"));
        awaitSaid("audit.reserve was removed");
        await().until(() -> Files.size(file("audit.reserve")) == 1 << 20);
        holds(log);
    }

    @Test
    void whatElseHasToStayInItsPlaceIsLookedAfter() throws Exception {
        AtomicReference<String> news = new AtomicReference<>();
        AuditLog log = open().publishing(() -> news.getAndSet(null));
        news.set("audit.lock was removed or replaced; the lock was taken anew");
        awaitSaid("audit.lock was removed");
        holds(log);
    }

    @Test
    void aStartWithoutThePartSaysSo() throws Exception {
        AuditLog log = open();
        log.append(Logs.event(1));
        log.close();
        Files.delete(file("audit.part"));
        open().close();
        awaitSaid("audit.part was missing at startup");
        Files.delete(file("audit.part"));
        try (AuditLog again = open()) {
            again.rotate();
        }
        Files.delete(file("audit.part"));
        Files.delete(file("audit.xml"));
        holds(open());
        awaitSaid("neither audit.part nor audit.xml was there at startup");
    }

    /** The log must start: damaged files are kept under another name, and an event records it. */
    @Test
    void aStartWithNothingThatCanBeReadKeepsItBeside() throws Exception {
        AuditLog log = open();
        log.append(Logs.event(1));
        log.rotate();
        log.close();
        Files.write(file("audit.part"), new byte[100]);
        Files.write(file("audit.xml"), new byte[200]);
        holds(open());
        try (Stream<Path> files = Files.list(directory())) {
            assertThat(files.filter(path -> path.getFileName().toString().startsWith("audit.torn-")))
                    .hasSize(2);
        }
    }

    /** Once the part has been truncated, nothing more is written to it: that would leave a hole. */
    @Test
    void whoIsBusyDoesNotWriteOnBehindAHole() throws Exception {
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
        holds(open());
    }

    /** An administrator who follows the log sees each event once. */
    @Test
    void whoFollowsGoesOnInThePartThatWasMadeAnew() throws Exception {
        AuditLog log = open().publishing();
        log.append(Logs.event(1));
        try (LogTail tail = new LogTail(log.files(), 0)) {
            log.append(Logs.event(2));
            assertThat(tail.next()).contains("message=\"2\"");
            assertThat(tail.next()).isNull();
            Files.delete(file("audit.part"));
            assertThat(tail.next()).isNull();
            await().until(() -> Files.exists(file("audit.part")));
            String next = await().until(tail::next, line -> line != null);
            assertThat(next).contains("audit.part was removed");
        }
        holds(log);
    }
}
