package chatd.audit.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chatd.audit.LogBytes;
import chatd.audit.LogFiles;
import chatd.audit.Logs;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.AuditEvents;
import chatd.fixtures.TestClock;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditLogTest {
    @TempDir
    private Path directory;

    private final TestClock clock = Logs.clock();

    private AuditLog open() throws IOException {
        return AuditLog.open(directory, Logs.OPTIONS, clock);
    }

    private List<String> published() throws IOException {
        return Logs.lines(directory.resolve("audit.xml"));
    }

    private static List<String> group(List<String> lines, String attribute) {
        Pattern pattern = Pattern.compile("<(?:event|seal)[^>]* " + attribute + "=\"([^\"]*)\"");
        return lines.stream()
                .flatMap(line -> pattern.matcher(line).results())
                .map(match -> match.group(1))
                .toList();
    }

    private void assertVerifies() throws IOException {
        assertThat(Logs.verify(directory).firstError()).isNull();
    }

    @Test
    void aNewLogIsACompleteDocumentFromTheStart() throws Exception {
        try (AuditLog log = open()) {
            assertThat(log.lastMessage()).isZero();
            assertThat(published()).hasSize(5).last().isEqualTo("</audit>");
            assertThat(group(published(), "type")).containsExactly("key");
            assertVerifies();
        }
    }

    @Test
    void itMatchesTheSchemaAndItsChainIsValid() throws Exception {
        try (AuditLog log = open()) {
            log.append(AuditEvents.all().values().toArray(AuditEvent[]::new));
            log.publish();
        }
        List<String> lines = published();
        SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(directory.resolve("audit.xsd").toFile())
                .newValidator()
                .validate(new StreamSource(new StringReader(String.join("\n", lines))));
        assertThat(group(lines, "chain")).isEqualTo(Logs.chains(lines, "A".repeat(43)));
        assertThat(group(lines, "seq").getFirst()).isEqualTo("1");
        assertVerifies();
    }

    @Test
    void itContinuesWhereItStopped() throws Exception {
        Logs.write(directory, 3);
        try (AuditLog log = open()) {
            assertThat(log.lastMessage()).isEqualTo(3);
            log.append(Logs.event(4));
        }
        assertThat(group(published(), "type")).containsExactly("key", "text", "text", "text", "text");
        // It was sealed each time it was closed.
        assertThat(group(published(), "seq")).containsExactly("1", "2", "3", "4", "5", "6", "7");
        assertVerifies();
    }

    @Test
    void itIsPublishedAutomatically() throws Exception {
        try (AuditLog log = open().startPublishing()) {
            log.append(Logs.event(1));
            await().until(() -> published().size() == 6);
            log.append(Logs.event(2));
            await().until(() -> published().size() == 7);
        }
    }

    @Test
    void itRotatesBySizeAndByAge() throws Exception {
        AuditLog.Options small = Logs.options(AuditLog.Fsync.NEVER, 4096, Duration.ofHours(1));
        try (AuditLog log = AuditLog.open(directory, small, clock)) {
            for (int i = 1; i <= 50; i++) {
                log.append(Logs.event(i));
            }
            int bySize = log.files().closed().size();
            assertThat(bySize).isPositive();
            clock.advance(Duration.ofHours(2));
            log.append(Logs.event(51));
            assertThat(log.files().closed()).hasSize(bySize + 1);
            assertThat(log.lastMessage()).isEqualTo(51);
            assertThat(LogFiles.name(log.files().closed().getFirst())).isEqualTo("audit-000001-20261120T061500Z.xml");
        }
        assertThat(group(published(), "type")).startsWith("rotation");
        assertVerifies();
    }

    @Test
    void aNewSegmentStillKnowsTheLastMessageNumber() throws Exception {
        try (AuditLog log = open()) {
            log.append(Logs.event(7));
            log.rotate();
        }
        try (AuditLog log = open()) {
            assertThat(log.lastMessage()).isEqualTo(7);
        }
    }

    /**
     * Wherever the part is cut below its head, its complete lines stay; an incomplete line, or a cut head, is kept in
     * another file, and an event says so.
     */
    @Test
    void aTornTailIsTruncatedToTheLastCompleteLine() throws Exception {
        Logs.write(directory, 2);
        byte[] whole = Files.readAllBytes(directory.resolve("audit.part"));
        List<String> before = published();
        for (int cut : LogBytes.chosen(whole)) {
            delete("audit.torn-*");
            Files.delete(directory.resolve("audit.xml"));
            Files.write(directory.resolve("audit.part"), Arrays.copyOf(whole, cut));
            open().close();
            List<String> after = published();
            int lines = countLines(whole, cut);
            // If the key event was cut off, the key is announced again.
            List<String> types = group(after, "type").stream()
                    .filter(type -> !type.equals("key"))
                    .toList();
            if (lines >= 3 && whole[cut - 1] == '\n') {
                assertThat(types).as("cut at " + cut).allMatch(type -> type.equals("text"));
                assertThat(after.subList(0, lines)).as("cut at " + cut).isEqualTo(before.subList(0, lines));
            } else {
                assertThat(types).as("cut at " + cut).last().isEqualTo("recovery");
                assertThat(torn()).hasSize(1);
            }
            assertVerifies();
            assertThat(before)
                    .containsAll(after.subList(0, Math.min(after.size() - 2, 3)).stream()
                            .filter(line -> !line.startsWith("<audit"))
                            .toList());
        }
    }

    private static int countLines(byte[] bytes, int upTo) {
        int lines = 0;
        for (int i = 0; i < upTo; i++) {
            lines += bytes[i] == '\n' ? 1 : 0;
        }
        return lines;
    }

    private List<Path> torn() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> LogFiles.name(file).startsWith("audit.torn-"))
                    .toList();
        }
    }

    private void delete(String glob) throws IOException {
        try (var files = Files.newDirectoryStream(directory, glob)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aRotationInterruptedAfterTheClosedSegmentIsFinished() throws Exception {
        Logs.write(directory, 3);
        Path part = directory.resolve("audit.part");
        Path kept = directory.resolve("part-before");
        Files.copy(part, kept);
        try (AuditLog log = open()) {
            log.rotate();
        }
        Files.move(kept, part, StandardCopyOption.REPLACE_EXISTING);
        try (AuditLog log = open()) {
            log.append(Logs.event(4));
            assertThat(log.files().closed()).hasSize(1);
        }
        assertThat(group(published(), "type")).containsExactly("rotation", "text");
        assertVerifies();
    }

    /**
     * Killed after the closing tag: before the segment is linked to its final name, or before the next segment begins.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRotationInterruptedBeforeTheNextSegmentIsFinished(boolean isLinked) throws Exception {
        Logs.write(directory, 3);
        Path part = directory.resolve("audit.part");
        Files.writeString(part, "</audit>\n", StandardOpenOption.APPEND);
        if (isLinked) {
            Files.createLink(directory.resolve("audit-000001-20261120T061500Z.xml"), part);
        }
        try (AuditLog log = open()) {
            log.append(Logs.event(4));
            assertThat(log.files().closed()).hasSize(1);
            assertThat(log.lastMessage()).isEqualTo(4);
        }
        assertThat(torn()).isEmpty();
        assertThat(group(published(), "type")).containsExactly("rotation", "text");
        assertVerifies();
    }

    @Test
    void aClosedLogIsNotRotated() throws Exception {
        AuditLog log = open();
        log.append(Logs.event(1));
        log.close();
        assertThatThrownBy(log::rotate).isInstanceOf(IOException.class).hasMessageContaining("closed");
        assertThat(log.files().closed()).isEmpty();
        assertVerifies();
    }

    /** File names are parsed when they are read back, so they must not depend on the machine's locale. */
    @Test
    void segmentNamesDoNotDependOnTheLocale() throws Exception {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try (AuditLog log = open()) {
            log.append(Logs.event(1));
            log.rotate();
            assertThat(log.files().closed())
                    .extracting(LogFiles::name)
                    .containsExactly("audit-000001-20261120T061500Z.xml");
        } finally {
            Locale.setDefault(before);
        }
        assertVerifies();
    }

    @Test
    void trailingDataIsCutOffTogetherWithTheClosingTag() throws Exception {
        Logs.write(directory, 3);
        Files.writeString(directory.resolve("audit.part"), "</audit>\n</audit>\n", StandardOpenOption.APPEND);
        try (AuditLog log = open()) {
            assertThat(log.files().closed()).isEmpty();
        }
        assertThat(torn()).hasSize(1);
        assertThat(group(published(), "type")).last().isEqualTo("recovery");
        assertVerifies();
    }

    @Test
    void aClosedSegmentIsTheSameFileAsThePart() throws Exception {
        Logs.write(directory, 3);
        Path part = directory.resolve("audit.part");
        Object before = Files.getAttribute(part, "unix:ino");
        try (AuditLog log = open()) {
            log.rotate();
            Path closed = log.files().closed().getFirst();
            assertThat(Files.getAttribute(closed, "unix:ino")).isEqualTo(before);
            assertThat(Files.getAttribute(closed, "unix:nlink")).isEqualTo(1);
            assertThat(Files.getAttribute(part, "unix:ino")).isNotEqualTo(before);
        }
        assertVerifies();
    }

    @Test
    void aFailedRotationChangesNothing() throws Exception {
        AuditLog.Options small = Logs.options(AuditLog.Fsync.NEVER, 4096, Duration.ofDays(1));
        try (AuditLog log = AuditLog.open(directory, small, clock)) {
            // The closed segment's name is taken by something that a file can't replace.
            Path blocked = directory.resolve("audit-000001-20261120T061500Z.xml");
            Files.createDirectories(blocked.resolve("in the way"));
            for (int i = 1; i <= 40; i++) {
                log.append(Logs.event(i));
            }
            Files.delete(blocked.resolve("in the way"));
            Files.delete(blocked);
            assertVerifies();
            clock.advance(Duration.ofSeconds(11));
            log.append(Logs.event(41));
            assertThat(log.files().closed()).hasSize(1);
        }
        assertVerifies();
        assertThat(Logs.verify(directory).events()).isEqualTo(43);
    }

    @Test
    void aLostPartIsRestoredFromThePublishedDocument() throws Exception {
        Logs.write(directory, 3);
        Files.delete(directory.resolve("audit.part"));
        try (AuditLog log = open()) {
            assertThat(log.lastMessage()).isEqualTo(3);
        }
        assertVerifies();
        assertThat(Logs.verify(directory).segments()).isEqualTo(1);
        // A log event records the loss.
        assertThat(group(published(), "type")).containsExactly("key", "text", "text", "text", "log");
    }

    @Test
    void aClockSetBackRepeatsTheLastTimeAndIsLogged() throws Exception {
        try (AuditLog log = open()) {
            log.append(Logs.event(1));
            clock.advance(Duration.ofMinutes(-1));
            log.append(Logs.event(2));
            log.append(Logs.event(3));
            clock.advance(Duration.ofSeconds(90));
            log.append(Logs.event(4));
        }
        assertThat(group(published(), "type")).containsExactly("key", "text", "clock", "text", "text", "text");
        assertThat(group(published(), "time").subList(0, 5)).containsOnly("2026-11-20T06:15:00.000000Z");
        assertVerifies();
    }

    @Test
    void eventsAppendedTogetherAreAdjacent() throws Exception {
        try (AuditLog log = open()) {
            Stream.of(1, 2, 3, 4)
                    .map(n -> Thread.startVirtualThread(() -> {
                        for (int i = 0; i < 100; i++) {
                            append(log, n);
                        }
                    }))
                    .toList()
                    .forEach(thread -> await().until(() -> !thread.isAlive()));
        }
        List<String> sizes = group(published(), "size");
        assertThat(sizes).hasSize(800);
        for (int i = 0; i < sizes.size(); i += 2) {
            assertThat(sizes.get(i)).isEqualTo(sizes.get(i + 1));
        }
        assertVerifies();
    }

    private static void append(AuditLog log, int n) {
        try {
            log.append(Logs.event(n), Logs.event(n));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void withoutNamesUsersAreLoggedByNumberOnly() throws Exception {
        AuditLog.Options numbers = new AuditLog.Options(
                AuditLog.Fsync.INTERVAL,
                AuditLog.Rotation.at(64 << 20, Duration.ofDays(1)),
                "host",
                Logs.KEY,
                "Ed25519",
                false,
                Duration.ZERO,
                0);
        try (AuditLog log = AuditLog.open(directory, numbers, clock)) {
            log.append(AuditEvents.all().values().toArray(AuditEvent[]::new));
        }
        assertThat(String.join("\n", published()))
                .doesNotContain("alice", "王芳", " name=\"name\"")
                .contains(" user=\"U12\"", "<to user=\"U13\"/>");
        assertVerifies();
    }
}
