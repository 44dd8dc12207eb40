package chatd.audit.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.audit.LogBytes;
import chatd.audit.LogFiles;
import chatd.audit.Logs;
import chatd.audit.event.LogEvent;
import chatd.audit.form.Line;
import chatd.audit.read.Verifier;
import chatd.audit.seal.SealKey;
import chatd.audit.seal.SealPublicKey;
import chatd.fixtures.TestClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Page {@code audit-log.md}, "Proof": what seals and anchors prove. */
class SealTest {
    @TempDir
    private Path directory;

    @TempDir
    private Path elsewhere;

    private final TestClock clock = Logs.clock();
    private AuditLog.Options options = Logs.OPTIONS;
    private Path published = Path.of("");

    @BeforeEach
    void configure() {
        options = sealed("seal.key", "Ed25519");
        published = directory.resolve("audit.xml");
    }

    private AuditLog.Options sealed(String key, String algorithm) {
        return Logs.sealedBy(elsewhere.resolve(key), algorithm);
    }

    private AuditLog open() throws IOException {
        return AuditLog.open(directory, options, clock);
    }

    private SealPublicKey write(int first, int last) throws IOException {
        try (AuditLog log = open()) {
            for (int i = first; i <= last; i++) {
                log.append(Logs.event(i));
            }
            return key(log);
        }
    }

    private static SealPublicKey key(AuditLog log) {
        return log.key();
    }

    private Verifier.Report verify(SealPublicKey... keys) throws IOException {
        return Logs.verify(directory, List.of(keys), List.of());
    }

    private List<String> seals(Path file) throws IOException {
        return Logs.lines(file).stream().filter(l -> l.startsWith("<seal")).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ed25519", "ML-DSA-65"})
    void theFirstStartCreatesAndAnnouncesAKeyAndClosingSeals(String algorithm) throws IOException {
        options = sealed("deep/seal.key", algorithm);
        SealPublicKey key = write(1, 3);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(elsewhere.resolve("deep/seal.key"))))
                .isEqualTo("rw-------");
        List<String> lines = Logs.lines(published);
        assertThat(lines.get(2)).endsWith(" key=\"" + key.id() + "\">");
        assertThat(lines.get(3)).contains("type=\"key\"", key.id(), key.encoded());
        assertThat(lines.get(7)).startsWith("<seal seq=\"5\"").contains(" events=\"4\"", "alg=\"" + algorithm + "\"");
        assertThat(verify(key).firstError()).isNull();
        assertThat(verify(key).isAuthentic()).isTrue();
        assertThat(verify(key).lastAuthenticSeq()).isEqualTo(5);
        assertThat(verify(key).events()).isEqualTo(4);
        assertThat(verify(key).notes()).isEmpty();
        assertThat(verify().firstError()).isNull();
        assertThat(verify().isAuthentic()).isFalse();
        assertThat(Files.readString(published)).doesNotContain("PRIVATE");
    }

    @Test
    void theKeyIsReusedAndAnAuditorReadsItsPublicHalf() throws IOException {
        SealPublicKey key = write(1, 1);
        assertThat(write(2, 2)).isEqualTo(key);
        Path pem = Files.writeString(elsewhere.resolve("half.pem"), "# a remark\n" + key.pem());
        assertThat(SealPublicKey.read(pem)).isEqualTo(key);
        assertThat(Logs.lines(published).stream().filter(l -> l.contains("type=\"key\"")))
                .hasSize(1);
        Path broken =
                Files.writeString(elsewhere.resolve("broken.pem"), key.pem().replace("MC", "XX"));
        assertThatThrownBy(() -> SealPublicKey.read(broken)).hasMessageContaining("broken.pem: not a public key");
    }

    @Test
    void aSealIsMadeEveryThousandEventsAndAMinuteAfterTheFirst() throws IOException {
        try (AuditLog log = open()) {
            for (int i = 1; i <= 1_500; i++) {
                log.append(Logs.event(i));
            }
            log.publish();
            assertThat(seals(published)).hasSize(1);
            clock.advance(Duration.ofSeconds(59));
            log.writer().retryAndSeal();
            log.publish();
            assertThat(seals(published)).hasSize(1);
            clock.advance(Duration.ofSeconds(1));
            log.writer().retryAndSeal();
            log.writer().retryAndSeal();
            log.publish();
            assertThat(seals(published)).hasSize(2);
        }
        assertThat(verify().firstError()).isNull();
    }

    @Test
    void aChangedEventOfARewrittenLogBreaksTheSeal() throws Exception {
        write(1, 3);
        List<String> lines = new ArrayList<>(Logs.lines(published));
        lines.set(5, lines.get(5).replace("size=\"2\"", "size=\"9\""));
        Logs.rewrite(published, lines);
        assertThat(verify().firstError()).isEqualTo("audit.xml: line 8: the seal is invalid");
    }

    @Test
    void aLogWithoutItsSealsIsNotAuthentic() throws Exception {
        SealPublicKey key = write(1, 3);
        List<String> lines = new ArrayList<>(Logs.lines(published));
        lines.removeIf(line -> line.startsWith("<seal"));
        Logs.rewrite(published, lines);
        assertThat(verify(key).isAuthentic()).isFalse();
        assertThat(verify(key).notes()).containsExactly("the last 4 events are not sealed yet");
        lines.set(2, lines.get(2).replaceFirst(" key=\"[^\"]*\"", ""));
        Logs.rewrite(published, lines);
        assertThat(verify(key).firstError()).contains("the log has no seals, but a key was given");
    }

    @Test
    void aLogSealedByAnotherKeyIsNotAuthentic() throws IOException {
        SealPublicKey mine = SealKey.generate("Ed25519").publicKey();
        write(1, 3);
        assertThat(verify(mine).firstError()).contains("no seal in it was made with the given key");
    }

    @Test
    void aClosedSegmentMustEndWithASeal() throws Exception {
        SealPublicKey key;
        List<Path> closed;
        try (AuditLog log = open()) {
            log.append(Logs.event(1));
            log.rotate();
            log.append(Logs.event(2));
            log.rotate();
            log.append(Logs.event(3));
            closed = log.files().closed();
            key = key(log);
        }
        assertThat(verify(key).firstError()).isNull();
        assertThat(verify(key).isAuthentic()).isTrue();
        for (Path file : closed) {
            assertThat(Logs.lines(file).get(Logs.lines(file).size() - 2)).startsWith("<seal");
        }
        List<String> lines = new ArrayList<>(Logs.lines(closed.getLast()));
        lines.removeIf(line -> line.startsWith("<seal"));
        Logs.rewrite(closed.getLast(), lines);
        assertThat(verify(key).firstError()).isNotNull();
    }

    @Test
    void afterAKillTheNextStartSealsTheUnsealedEvents() throws IOException {
        AuditLog killed = open();
        killed.append(Logs.event(1), Logs.event(2));
        SealPublicKey key = write(3, 3);
        assertThat(verify(key).firstError()).isNull();
        assertThat(seals(published)).singleElement().asString().contains(" events=\"4\"");
    }

    @Test
    void anAnchorRevealsATruncatedLogAndOneRewrittenWithTheRightKey() throws IOException {
        SealPublicKey key = write(1, 1);
        byte[] early = Files.readAllBytes(directory.resolve("audit.part"));
        String anchor;
        try (AuditLog log = open()) {
            log.append(Logs.event(2));
            anchor = log.anchor();
            log.append(Logs.event(3));
        }
        Path file = Files.writeString(
                elsewhere.resolve("anchors"), "Nov 20 06:15:00 host chatd[17]: INFO seal: " + anchor + "\nnoise\n");
        List<String> anchors = Verifier.anchors(file);
        assertThat(anchors).containsExactly(anchor);
        Verifier.Report honest = Logs.verify(directory, List.of(), anchors);
        assertThat(honest.firstError()).isNull();
        assertThat(honest.isAuthentic()).isTrue();

        Files.write(directory.resolve("audit.part"), early);
        open().close();
        assertThat(verify(key).firstError()).isNull();
        assertThat(Logs.verify(directory, List.of(key), anchors).firstError())
                .contains("is missing: the end of the log was cut");

        write(4, 8);
        assertThat(verify(key).firstError()).isNull();
        assertThat(Logs.verify(directory, List.of(key), anchors).firstError()).contains("anchor");
    }

    @Test
    void aNewKeyIsAnnouncedAndSealedByThePreviousOne() throws IOException {
        SealPublicKey old;
        SealPublicKey next;
        try (AuditLog log = open()) {
            log.append(Logs.event(1));
            old = key(log);
            next = log.changeKey();
            assertThat(key(log)).isEqualTo(next).isNotEqualTo(old);
            log.append(Logs.event(2));
        }
        assertThat(Files.exists(elsewhere.resolve("seal.key.before"))).isFalse();
        assertThat(write(3, 3)).isEqualTo(next);
        for (SealPublicKey trusted : List.of(old, next)) {
            assertThat(verify(trusted).firstError()).isNull();
            assertThat(verify(trusted).isAuthentic()).isTrue();
        }
    }

    @Test
    void anInterruptedKeyChangeIsFinishedByTheNextStart() throws IOException {
        SealPublicKey old = write(1, 1);
        SealKey next = SealKey.generate("Ed25519");
        try (AuditLog log = open()) {
            log.append(new LogEvent.KeyAnnounced(next.publicKey()));
        }
        next.replace(elsewhere.resolve("seal.key"));
        AuditLog killed = open();
        killed.append(Logs.event(2));
        assertThat(write(3, 3)).isEqualTo(next.publicKey());
        assertThat(verify(old).firstError()).isNull();
        assertThat(verify(old).isAuthentic()).isTrue();
        assertThat(Logs.lines(new LogFiles(directory).closed().getFirst())).anyMatch(l -> l.startsWith("<seal"));
    }

    @Test
    void aKeyReplacedByHandIsNotTrusted() throws IOException {
        SealPublicKey old = write(1, 1);
        Files.delete(elsewhere.resolve("seal.key"));
        write(2, 2);
        Verifier.Report report = verify(old);
        assertThat(report.firstError()).isNull();
        assertThat(report.isAuthentic()).isFalse();
        assertThat(report.lastAuthenticSeq()).isPositive();
        assertThat(report.notes()).containsExactly("what follows seq 3 is not sealed by a key that you trust");
        List<String> anchors = seals(published);
        assertThat(Logs.verify(directory, List.of(old), anchors).isAuthentic()).isFalse();
        assertThat(Logs.verify(directory, List.of(), anchors).isAuthentic()).isTrue();
    }

    /** A forger without the key can still add segments: the chain needs no secret. */
    @ParameterizedTest
    @ValueSource(strings = {"", " key=\"0123456789abcdef\"", "same"})
    void segmentsAddedWithoutTheKeyAreNotAuthentic(String forged) throws Exception {
        SealPublicKey key;
        try (AuditLog log = open()) {
            log.append(Logs.event(1));
            log.rotate();
            key = key(log);
        }
        assertThat(verify(key).isAuthentic()).isTrue();
        List<String> genuine = Logs.lines(published);
        String head = genuine.get(2).replaceFirst(" key=\"[^\"]*\"", forged.equals("same") ? "$0" : forged);
        List<String> lines = new ArrayList<>(List.of(genuine.get(0), genuine.get(1), head, genuine.get(3)));
        lines.add(Line.END);
        Logs.rewrite(directory.resolve("audit-000002-20261120T061500Z.xml"), lines);
        List<String> closed = Logs.lines(directory.resolve("audit-000002-20261120T061500Z.xml"));
        String chain = closed.get(3).replaceFirst(".* chain=\"([^\"]*)\".*", "$1");
        List<String> last = new ArrayList<>(lines);
        last.set(
                2,
                lines.get(2)
                        .replace("segment=\"2\"", "segment=\"3\"")
                        .replaceFirst("previous=\"[^\"]*\"", "previous=\"" + chain + "\""));
        last.set(3, lines.get(3).replaceFirst("seq=\"\\d+\"", "seq=\"5\""));
        Logs.rewrite(published, last);
        Verifier.Report report = verify(key);
        assertThat(report.isAuthentic() && report.firstError() == null)
                .as("%s %s", report.firstError(), report.notes())
                .isFalse();
        assertThat(report.firstError())
                .isEqualTo(
                        forged.isEmpty()
                                ? "audit-000002-20261120T061500Z.xml: line 3: it has no key for seals, and the segment before"
                                        + " it has one"
                                : "audit.xml: line 3: the segment before it ends without a seal");
    }

    /** Adds unsealed events to a log that ends with a seal of seq 3. */
    private void addUnsealed(int count) throws Exception {
        List<String> lines = new ArrayList<>(Logs.lines(published));
        String event = lines.get(4);
        lines.removeLast();
        for (int i = 4; i < 4 + count; i++) {
            lines.add(event.replaceFirst("seq=\"\\d+\"", "seq=\"" + i + "\""));
        }
        lines.add(Line.END);
        Logs.rewrite(published, lines);
    }

    @ParameterizedTest
    @CsvSource({"0, true", "1, true", "1000, true", "1001, false"})
    void moreThanAThousandUnsealedEventsAreNotAuthentic(int count, boolean isAuthentic) throws Exception {
        SealPublicKey key = write(1, 1);
        addUnsealed(count);
        Verifier.Report report = verify(key);
        assertThat(report.firstError()).isNull();
        assertThat(report.isAuthentic()).isEqualTo(isAuthentic);
        assertThat(report.lastAuthenticSeq()).isEqualTo(3);
        List<String> notes = new ArrayList<>();
        if (count > 0) {
            notes.add((count == 1 ? "the last event is" : "the last " + count + " events are")
                    + " not sealed yet; the last seal was made at 2026-11-20T06:15:00.000000Z");
        }
        if (!isAuthentic) {
            notes.add("what follows seq 3 is not sealed by a key that you trust");
        }
        assertThat(report.notes()).isEqualTo(notes);
    }

    /** Anchors say nothing about segments that were removed from the beginning of the log. */
    @Test
    void anchorsOfRemovedSegmentsAreReportedAsUnverifiable() throws IOException {
        List<Path> closed;
        SealPublicKey key;
        try (AuditLog log = open()) {
            log.append(Logs.event(1));
            log.rotate();
            log.append(Logs.event(2));
            closed = log.files().closed();
            key = key(log);
        }
        String early = seals(closed.getFirst()).getLast();
        String late = seals(published).getLast();
        assertThat(Logs.verify(directory, List.of(key), List.of(early, late)).notes())
                .isEmpty();
        Files.delete(closed.getFirst());
        Verifier.Report report = Logs.verify(directory, List.of(key), List.of(early, late));
        assertThat(report.firstError()).isNull();
        assertThat(report.notes())
                .contains("anchors from before the first remaining event can't be checked")
                .noneMatch(note -> note.startsWith("none of the anchors"));
        report = Logs.verify(directory, List.of(key), List.of(early));
        assertThat(report.firstError()).isNull();
        assertThat(report.isAuthentic()).isFalse();
        assertThat(report.notes())
                .contains("none of the anchors is in what is left: whoever has the key may have rewritten all of it");
        // If no key is given, the anchor names the key that is trusted from there on.
        report = Logs.verify(directory, List.of(), List.of(late));
        assertThat(report.lastAuthenticSeq()).isPositive();
        assertThat(report.notes())
                .contains("the key " + key.id() + " is not announced in what is left of the log: give it with --key");
    }

    /** A key that a forger announced among unsealed events is sealed with them, but not trusted because of that. */
    @Test
    void aKeyIsTrustedOnlyWhenItsAnnouncementIsSealedAtOnce() throws IOException {
        SealPublicKey old;
        SealKey forged = SealKey.generate("Ed25519");
        try (AuditLog log = open()) {
            log.append(new LogEvent.KeyAnnounced(forged.publicKey()), Logs.event(1));
            old = key(log);
        }
        Files.delete(elsewhere.resolve("seal.key"));
        forged.store(elsewhere.resolve("seal.key"));
        write(2, 2);
        assertThat(verify(old).firstError()).isNull();
        assertThat(verify(old).isAuthentic()).isFalse();
    }

    @Test
    void twoSealsWithTheSameNumberContradictEachOther() throws IOException {
        write(1, 1);
        String seal = seals(published).getFirst();
        String other = seal.replaceFirst("sig=\".", seal.contains("sig=\"A") ? "sig=\"B" : "sig=\"A");
        assertThat(Logs.verify(directory, List.of(), List.of(seal, other)).firstError())
                .contains("two different seals with seq 3");
        assertThat(Logs.verify(directory, List.of(), List.of(seal, seal)).firstError())
                .isNull();
    }

    @Test
    void anAnchorRevealsAnEmptiedLog() throws Exception {
        write(1, 1);
        String seal = seals(published).getFirst();
        Files.write(
                published,
                List.of(Line.DECLARATION, Line.STYLE, Logs.lines(published).get(2), Line.END));
        assertThat(Logs.verify(directory, List.of(), List.of(seal)).firstError())
                .contains("is missing");
    }

    @Test
    void theNewPublicKeyVerifiesAtOnceAndAnInterruptedChangeLeavesNoOldKeyBehind() throws IOException {
        try (AuditLog log = open()) {
            log.append(Logs.event(1));
            SealPublicKey next = log.changeKey();
            log.publish();
            assertThat(verify(next).isAuthentic()).isTrue();
            Files.copy(elsewhere.resolve("seal.key"), elsewhere.resolve("seal.key.before"));
        }
        open().close();
        assertThat(Files.exists(elsewhere.resolve("seal.key.before"))).isFalse();
    }

    @Test
    void aKeyChangeThatCanNotBeStoredLeavesTheLogUnchanged() throws IOException {
        try (AuditLog log = open()) {
            SealPublicKey old = key(log);
            Files.createDirectories(elsewhere.resolve("seal.key.new/in the way"));
            assertThatThrownBy(log::changeKey).isInstanceOf(IOException.class);
            log.append(Logs.event(1));
            assertThat(key(log)).isEqualTo(old);
        }
        assertThat(verify().firstError()).isNull();
    }

    @Test
    void aLogRestoredFromThePublishedDocumentVerifies() throws IOException {
        SealPublicKey key;
        try (AuditLog killed = open()) {
            killed.append(Logs.event(1));
            killed.publish();
            Files.copy(published, elsewhere.resolve("copy.xml"));
            key = key(killed);
        }
        Files.copy(elsewhere.resolve("copy.xml"), published, StandardCopyOption.REPLACE_EXISTING);
        Files.delete(directory.resolve("audit.part"));
        write(2, 2);
        assertThat(verify(key).firstError()).isNull();
        assertThat(verify(key).isAuthentic()).isTrue();
    }

    /** Writes a log the way versions without seals did. */
    private void writeWithoutSeals() throws Exception {
        write(1, 2);
        List<String> lines = new ArrayList<>(Logs.lines(published));
        lines.removeIf(line -> line.startsWith("<seal") || line.contains(" type=\"key\" "));
        lines.set(2, lines.get(2).replaceFirst(" key=\"[^\"]*\"", ""));
        lines.set(3, lines.get(3).replace(" seq=\"2\" ", " seq=\"1\" "));
        lines.set(4, lines.get(4).replace(" seq=\"3\" ", " seq=\"2\" "));
        Logs.rewrite(published, lines);
        Path part = directory.resolve("audit.part");
        Files.write(part, Logs.lines(published).subList(0, 5));
        Files.delete(elsewhere.resolve("seal.key"));
    }

    @Test
    void aLogWithoutSealsIsConsistentAndGetsThemFromTheNextSegmentOn() throws Exception {
        writeWithoutSeals();
        assertThat(verify().firstError()).isNull();
        assertThat(verify().isAuthentic()).isFalse();
        assertThat(verify().events()).isEqualTo(2);
        SealPublicKey key = write(3, 3);
        assertThat(verify(key).firstError()).isNull();
        assertThat(verify(key).isAuthentic()).isTrue();
        assertThat(verify(key).segments()).isEqualTo(2);
        assertThat(Logs.lines(new LogFiles(directory).closed().getFirst()).get(2))
                .doesNotContain(" key=");
    }

    @Test
    void aLogThatLostItsKeyContinuesWithANewOneInTheNextSegment() throws IOException {
        Logs.write(directory, 2);
        SealPublicKey key = write(3, 3);
        assertThat(verify(key).firstError()).isNull();
        assertThat(verify(key).segments()).isEqualTo(2);
    }

    /** Recovery comes first and rotation is due, but only the new key can begin the next segment. */
    @Test
    void aLogThatLostItsKeyContinuesEvenAfterACrashAndADay() throws IOException {
        Logs.write(directory, 2);
        Files.writeString(directory.resolve("audit.part"), "<event torn", StandardOpenOption.APPEND);
        clock.advance(Duration.ofDays(2));
        SealPublicKey key = write(3, 3);
        assertThat(verify(key).firstError()).isNull();
        assertThat(verify(key).segments()).isEqualTo(2);
    }

    @Test
    void everyChangedByteOfASealedLogIsFound() throws IOException {
        SealPublicKey key = write(1, 2);
        byte[] whole = Files.readAllBytes(published);
        for (int i : LogBytes.chosen(whole)) {
            byte[] changed = whole.clone();
            changed[i] ^= 1;
            Files.write(published, changed);
            assertThat(verify(key).firstError()).as("byte " + i).isNotNull();
        }
    }

    @Test
    void aKeyThatCanNotBeCreatedIsReportedWithItsPath() throws IOException {
        Files.writeString(elsewhere.resolve("file"), "");
        options = sealed("file/seal.key", "Ed25519");
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("the key that seals the log can't be made in " + elsewhere);
    }

    @Test
    void aBrokenKeyFileIsNotReplaced() throws IOException {
        Path file = Files.writeString(elsewhere.resolve("seal.key"), "nonsense");
        assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("seal.key: no public key");
        assertThat(Files.readString(file)).isEqualTo("nonsense");
    }
}
