package chatd.audit.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.audit.LogFiles;
import chatd.audit.LogPosition;
import chatd.audit.Logs;
import chatd.audit.form.Segment;
import chatd.audit.seal.SealPublicKey;
import chatd.audit.write.AuditLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifiedCopyTest {
    @TempDir
    private Path directory;

    private Path source;
    private Path target;
    private SealPublicKey key;
    private List<byte[]> lines;

    /** Writes a log of three segments, the last of which is open. */
    @BeforeEach
    void writeLog() throws IOException {
        source = Files.createDirectory(directory.resolve("log"));
        target = directory.resolve("copy");
        key = write(source, "seal.key");
        lines = linesOf(source);
    }

    private AuditLog openLog(Path log, String sealKey) throws IOException {
        return AuditLog.open(log, Logs.sealedBy(directory.resolve(sealKey), "Ed25519"), Logs.clock());
    }

    private SealPublicKey write(Path to, String sealKey) throws IOException {
        try (AuditLog log = openLog(to, sealKey)) {
            for (int i = 1; i <= 9; i++) {
                log.append(Logs.event(i));
                if (i % 2 == 0) {
                    log.anchor();
                }
                if (i % 3 == 0 && i < 9) {
                    log.rotate();
                }
            }
            return log.key();
        }
    }

    private static List<byte[]> linesOf(Path log) throws IOException {
        List<byte[]> all = new ArrayList<>();
        try (LogTail tail = new LogTail(new LogFiles(log), () -> end(new LogFiles(log)), LogPosition.ORIGIN)) {
            for (byte[] line = tail.next(); line != null; line = tail.next()) {
                all.add(line);
            }
        }
        return all;
    }

    private static LogPosition end(LogFiles files) {
        try {
            return new LogPosition(Segment.Head.read(files.part()).number(), Files.size(files.part()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private VerifiedCopy open() throws IOException, VerifiedCopy.Wrong {
        return VerifiedCopy.open(target, new AuditorTerms(List.of(key), List.of(), false));
    }

    private static void add(VerifiedCopy copy, List<byte[]> some) throws IOException, VerifiedCopy.Wrong {
        for (byte[] line : some) {
            copy.add(line);
        }
    }

    private void copy(List<byte[]> some) throws IOException, VerifiedCopy.Wrong {
        try (VerifiedCopy copy = open()) {
            add(copy, some);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] line) {
        return new String(line, StandardCharsets.UTF_8);
    }

    /** Checks that the copy is the log, byte for byte, and that a verifier finds it genuine. */
    private void assertCopied() throws IOException {
        List<Path> closed = new LogFiles(source).closed();
        assertThat(new LogFiles(target).closed()).hasSize(closed.size());
        for (Path file : closed) {
            assertThat(target.resolve(file.getFileName())).hasSameBinaryContentAs(file);
        }
        assertThat(target.resolve("audit.xml")).hasSameBinaryContentAs(source.resolve("audit.xml"));
        Path anchors = target.resolve("anchors");
        Verifier.Report report = Logs.verify(target, List.of(key), Verifier.anchors(anchors));
        assertThat(report.firstError()).isNull();
        assertThat(report.isAuthentic()).isTrue();
        assertThat(Verifier.anchors(anchors))
                .isEqualTo(lines.stream()
                        .map(VerifiedCopyTest::text)
                        .filter(line -> line.startsWith("<seal "))
                        .toList());
        // The log itself has what the copy holds as anchors.
        assertThat(Logs.verify(source, List.of(), Verifier.anchors(anchors)).isAuthentic())
                .isTrue();
    }

    @Test
    void theCopyIsTheLogByteForByte() throws Exception {
        try (VerifiedCopy copy = open()) {
            for (byte[] line : lines) {
                assertThat(copy.add(line)).isTrue();
            }
            assertThat(copy.lastAuthenticSeq()).isEqualTo(copy.lastSeq());
        }
        assertCopied();
    }

    /** Wherever it was interrupted, and from wherever the lines come again. */
    @Test
    void itContinuesAfterEachLineAndComparesWhatComesAgain() throws Exception {
        for (int until = 0; until <= lines.size(); until++) {
            for (int from : new int[] {0, until / 2, until}) {
                target = directory.resolve("copy-" + until + "-" + from);
                copy(lines.subList(0, until));
                copy(lines.subList(from, lines.size()));
                assertCopied();
            }
        }
    }

    /** As a kill leaves it: half a line, no anchors, a complete segment without its name. */
    @Test
    void whatAKillLeftIsRepaired() throws Exception {
        try (VerifiedCopy copy = open()) {
            add(copy, lines.subList(0, 4));
        }
        Path part = target.resolve("audit.part");
        Files.write(part, bytes("<event seq=\"4"), StandardOpenOption.APPEND);
        Files.deleteIfExists(target.resolve("anchors"));
        int second = 1;
        while (!text(lines.get(second)).startsWith("<audit ")) {
            second++;
        }
        copy(lines.subList(0, second));
        Files.write(part, bytes("</audit>\n"), StandardOpenOption.APPEND);
        copy(lines.subList(second, lines.size()));
        assertCopied();
    }

    /** Whatever is changed in whatever line is said at once, and not copied. */
    @Test
    void aChangedLineIsWrong() throws Exception {
        for (int i = 0; i < lines.size(); i++) {
            target = directory.resolve("changed-" + i);
            byte[] changed = lines.get(i).clone();
            int at = text(lines.get(i)).indexOf("2026-11-20") + 3;
            changed[at]--;
            int line = i;
            try (VerifiedCopy copy = open()) {
                add(copy, lines.subList(0, line));
                long before = copy.lastSeq();
                boolean isFirst = line == 0;
                assertThatThrownBy(() -> {
                            copy.add(changed);
                            // The first head is bound by the line after it.
                            copy.add(isFirst ? lines.get(1) : changed);
                        })
                        .as("line %d", i)
                        .isInstanceOf(VerifiedCopy.Wrong.class);
                assertThat(copy.lastSeq()).isEqualTo(before);
            }
        }
    }

    @Test
    void aMissingLineIsWrong() throws Exception {
        for (int i = 1; i < lines.size() - 1; i++) {
            target = directory.resolve("missing-" + i);
            List<byte[]> some = new ArrayList<>(lines);
            some.remove(i);
            assertThatThrownBy(() -> copy(some)).as("line %d", i).isInstanceOf(VerifiedCopy.Wrong.class);
        }
    }

    /** Somebody without the key writes a log of their own, or rewrites it from some point on. */
    @Test
    void aForgedSealIsWrong() throws Exception {
        Path other = Files.createDirectory(directory.resolve("other"));
        write(other, "other.key");
        assertThatThrownBy(() -> copy(linesOf(other)))
                .isInstanceOf(VerifiedCopy.Wrong.class)
                .hasMessageContaining("which no key that you trust has announced");
        target = directory.resolve("second");
        Path file = source.resolve("audit.xml");
        Logs.rewrite(
                file,
                Files.readAllLines(file).stream()
                        .map(line -> line.replace("message=\"8\"", "message=\"88\""))
                        .toList());
        Files.copy(file, source.resolve("audit.part"), StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> copy(linesOf(source)))
                .isInstanceOf(VerifiedCopy.Wrong.class)
                .hasMessageContaining("the seal is invalid");
    }

    /** The one thing for which an auditor follows a log: even with the key, it can't be rewritten unnoticed. */
    @Test
    void aLogThatWasRewrittenWithTheKeyIsNoticedAtOnce() throws Exception {
        copy(lines);
        Path rewritten = Files.createDirectory(directory.resolve("rewritten"));
        try (AuditLog log = openLog(rewritten, "seal.key")) {
            log.append(Logs.event(1), Logs.event(3));
            assertThat(log.key()).isEqualTo(key);
        }
        List<byte[]> others = linesOf(rewritten);
        try (VerifiedCopy copy = open()) {
            assertThat(copy.add(others.getFirst())).isFalse();
            assertThat(copy.add(others.get(1))).isFalse();
            assertThatThrownBy(() -> add(copy, others))
                    .isInstanceOf(VerifiedCopy.Wrong.class)
                    .hasMessageContaining("came again and is not what was copied before");
            assertThatThrownBy(() -> copy.checkEnd(copy.lastSeq() - 1))
                    .hasMessageContaining("was copied before: its end was cut off");
            copy.checkEnd(copy.lastSeq());
        }
        assertCopied();
    }

    @Test
    void aCopyThatWasChangedIsWrong() throws Exception {
        copy(lines);
        Path closed = new LogFiles(target).closed().getFirst();
        Files.writeString(closed, Files.readString(closed).replace("message=\"1\"", "message=\"7\""));
        assertThatThrownBy(this::open).hasMessageStartingWith("the copy itself: audit-000001-");
    }

    @Test
    void aKeyThatTheOldOneAnnouncesIsTrusted() throws Exception {
        Path log = Files.createDirectory(directory.resolve("changing"));
        try (AuditLog changing = openLog(log, "seal.key")) {
            changing.append(Logs.event(1));
            changing.changeKey();
            changing.append(Logs.event(2));
        }
        List<byte[]> all = linesOf(log);
        for (int until = 0; until <= all.size(); until++) {
            target = directory.resolve("changing-" + until);
            copy(all.subList(0, until));
            try (VerifiedCopy copy = open()) {
                add(copy, all);
                assertThat(copy.lastAuthenticSeq()).isEqualTo(copy.lastSeq());
            }
        }
    }

    /** A collector has only what it was sent since it was set up, or since its oldest file was deleted. */
    @Test
    void aCopyMayBeginWithALaterSegment() throws Exception {
        int second = 1;
        while (!text(lines.get(second)).startsWith("<audit ")) {
            second++;
        }
        copy(lines.subList(2, lines.size()));
        copy(lines);
        assertThat(new LogFiles(target).closed()).hasSize(1);
        Verifier.Report report = Logs.verify(target, List.of(key), List.of());
        assertThat(report.firstError()).isNull();
        assertThat(report.notes()).anyMatch(note -> note.startsWith("the log begins with segment 2"));
    }

    @Test
    void twoCanNotWriteToOneCopy() throws Exception {
        try (VerifiedCopy _ = open()) {
            assertThatThrownBy(this::open).isInstanceOf(Exception.class);
        }
    }

    @Test
    void linesAreFoundInWhatACollectorWrote() {
        CollectedLines collected = new CollectedLines();
        String event = "<event seq=\"1\" name=\"王\" chain=\"c\"/>";
        assertThat(collected.add(bytes("Nov 20 06:15:00 box chatd: " + event + " \r")))
                .isEqualTo(bytes(event));
        assertThat(collected.add(bytes(event))).isEqualTo(bytes(event));
        assertThat(collected.add(bytes("Nov 20 06:15:00 box sshd[1]: Accepted publickey")))
                .isNull();
        assertThat(collected.add(bytes("<audit xmlns=\"urn:chatd:audit:1\" segment=\"1\">")))
                .isNotNull();
        byte[] line = bytes(event);
        String whole = new String(line, StandardCharsets.ISO_8859_1);
        for (int middle = 1; middle < line.length; middle++) {
            byte[] first = pieces(whole, 0, middle);
            byte[] second = pieces(whole, middle, line.length);
            assertThat(collected.add(first)).isNull();
            // From the first on once more, as after a lost connection.
            assertThat(collected.add(first)).isNull();
            assertThat(collected.add(second)).isEqualTo(line);
            assertThat(collected.add(second)).isNull();
        }
    }

    private static byte[] pieces(String whole, int from, int to) {
        return ("x: <piece seq=\"1\" from=\"" + from + "\" of=\"" + whole.length() + "\">" + whole.substring(from, to))
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
