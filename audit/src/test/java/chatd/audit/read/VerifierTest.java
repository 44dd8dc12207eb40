package chatd.audit.read;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.audit.LogBytes;
import chatd.audit.LogFiles;
import chatd.audit.Logs;
import chatd.audit.form.Chain;
import chatd.audit.form.VerificationListener;
import chatd.audit.write.AuditLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifierTest {
    @TempDir
    private Path directory;

    private List<String> lines = List.of();

    @BeforeEach
    void write() throws IOException {
        Logs.write(directory, 4);
        lines = new ArrayList<>(Logs.lines(directory.resolve("audit.xml")));
    }

    private String errorOf(List<String> changed) throws IOException {
        Files.writeString(directory.resolve("audit.xml"), String.join("\n", changed) + "\n");
        return String.valueOf(Logs.verify(directory).firstError());
    }

    @Test
    void anHonestLogIsConsistent() throws IOException {
        Verifier.Report report = Logs.verify(directory);
        assertThat(report.firstError()).isNull();
        assertThat(report.events()).isEqualTo(5);
        assertThat(report.notes()).isEmpty();
    }

    @Test
    void everyChangedByteIsFound() throws IOException {
        byte[] whole = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        for (int i : LogBytes.chosen(whole)) {
            byte[] changed = whole.clone();
            changed[i] ^= 1;
            Files.write(directory.resolve("audit.xml"), changed);
            assertThat(Logs.verify(directory).firstError()).as("byte " + i).isNotNull();
        }
    }

    @Test
    void theFirstWrongLineIsNamed() throws IOException {
        lines.set(6, lines.get(6).replace("size=\"3\"", "size=\"4\""));
        assertThat(errorOf(lines)).startsWith("audit.xml: line 7: the chain is broken");
    }

    @Test
    void missingDuplicatedAndSwappedLinesAreFound() throws IOException {
        List<String> missing = new ArrayList<>(lines);
        missing.remove(4);
        assertThat(errorOf(missing)).contains("line 5");
        List<String> doubled = new ArrayList<>(lines);
        doubled.add(5, lines.get(4));
        assertThat(errorOf(doubled)).contains("line 6");
        List<String> swapped = new ArrayList<>(lines);
        swapped.set(4, lines.get(5));
        swapped.set(5, lines.get(4));
        assertThat(errorOf(swapped)).contains("line 5");
    }

    @Test
    void trailingDataAndAMissingEndAreFound() throws IOException {
        assertThat(errorOf(lines.subList(0, lines.size() - 1))).contains("line 10: the end of the document is missing");
        lines.add("<!-- more -->");
        assertThat(errorOf(lines)).contains("line 11: something follows");
    }

    @Test
    void aMissingSegmentIsFound() throws IOException {
        List<Path> closed;
        try (AuditLog log = AuditLog.open(directory, Logs.OPTIONS, Logs.clock())) {
            log.rotate();
            log.append(Logs.event(5));
            log.rotate();
            log.append(Logs.event(6));
            closed = log.files().closed();
        }
        assertThat(Logs.verify(directory).firstError()).isNull();
        assertThat(Logs.verify(directory).segments()).isEqualTo(3);
        byte[] middle = Files.readAllBytes(closed.get(1));
        Files.delete(closed.get(1));
        assertThat(Logs.verify(directory).firstError()).contains("segment 2 is missing");
        Files.write(closed.get(1), middle);
        Files.delete(closed.get(0));
        assertThat(Logs.verify(directory).firstError()).isNull();
        assertThat(Logs.verify(directory).notes())
                .satisfiesExactly(
                        note -> assertThat(note).contains("is not announced in what is left of the log"),
                        note -> assertThat(note).contains("begins with segment 2"));
    }

    @Test
    void anEmptyDirectoryIsNotALog(@TempDir Path empty) throws IOException {
        assertThat(Logs.verify(empty).firstError()).contains("no log");
    }

    @Test
    void anInsertedLineIsFoundEvenIfItsOwnChainIsRight() throws IOException {
        List<String> inserted = new ArrayList<>(lines);
        inserted.add(5, lines.get(4).replace("seq=\"2\"", "seq=\"3\""));
        assertThat(errorOf(inserted)).contains("line 6");
        String line = lines.get(4).replaceFirst(" chain=\"[^\"]+\"", "").replace("seq=\"2\"", "seq=\"3\"");
        String before = lines.get(4).replaceFirst(".* chain=\"([^\"]+)\".*", "$1");
        String chain = new Chain(before).add(line.getBytes(StandardCharsets.UTF_8));
        inserted.set(5, line.replaceFirst("(?=/?>)", " chain=\"" + chain + "\""));
        assertThat(errorOf(inserted)).contains("line 7");
    }

    @Test
    void anEventMovedToAnotherSegmentIsFound() throws IOException {
        List<Path> closed;
        try (AuditLog log = AuditLog.open(directory, Logs.OPTIONS, Logs.clock())) {
            log.rotate();
            log.append(Logs.event(5));
            closed = log.files().closed();
        }
        List<String> first = new ArrayList<>(Logs.lines(closed.getFirst()));
        List<String> second = new ArrayList<>(Logs.lines(directory.resolve("audit.xml")));
        second.add(3, first.remove(first.size() - 2));
        Files.writeString(closed.getFirst(), String.join("\n", first) + "\n");
        assertThat(errorOf(second)).startsWith("audit.xml: line 4: the chain is broken");
    }

    @Test
    void changedHeaderLinesAreFound() throws IOException {
        for (String other : List.of("host=\"other\"", "host=\"host\" key=\"0123456789abcdef\"")) {
            List<String> changed = new ArrayList<>(lines);
            changed.set(2, lines.get(2).replace("host=\"host\"", other));
            assertThat(errorOf(changed)).contains("line ");
        }
        List<String> styled = new ArrayList<>(lines);
        styled.set(1, lines.get(1).replace("audit.css", "other.css"));
        assertThat(errorOf(styled)).contains("line 2");
    }

    /** A document overtaken by a rotation is verified too, so that it can't be replaced by a forged one. */
    @Test
    void aDocumentOvertakenByARotationIsVerifiedToo() throws IOException {
        try (AuditLog log = AuditLog.open(directory, Logs.OPTIONS, Logs.clock())) {
            log.append(Logs.event(5));
            log.rotate();
            log.append(Logs.event(6));
        }
        Path open = directory.resolve("audit.xml");
        Path closed = new LogFiles(directory).closed().getFirst();
        Files.copy(open, directory.resolve("audit-000002-20260101T000000Z.xml"));
        assertThat(Logs.verify(directory).firstError())
                .as("published, and closed since")
                .isNull();
        List<String> older = new ArrayList<>(Logs.lines(closed));
        older.remove(5);
        assertThat(errorOf(older)).startsWith("audit.xml: it is not the beginning of audit-000001-");
    }

    /** Returns the segment without seals, with the given attribute values in its third line. */
    private List<String> unsealed(String... attributes) {
        List<String> plain = new ArrayList<>(lines);
        plain.removeIf(line -> line.startsWith("<seal"));
        String head = plain.get(2).replaceFirst(" key=\"[^\"]*\"", "");
        for (String each : attributes) {
            String name = each.substring(0, each.indexOf('=') + 2);
            head = head.replaceFirst(" " + name + "[^\"]*\"", " " + each);
        }
        plain.set(2, head);
        return plain;
    }

    /** Adds to the numbers of a segment's events. */
    private static List<String> renumbered(List<String> segment, long by) {
        return segment.stream()
                .map(line -> Pattern.compile("^<event seq=\"(\\d+)\"")
                        .matcher(line)
                        .replaceFirst(seq -> "<event seq=\"" + (Integer.parseInt(seq.group(1)) + by) + "\""))
                .toList();
    }

    @Test
    void theFirstSegmentHasNoPredecessorAndStartsAtOne() throws Exception {
        Path file = directory.resolve("audit.xml");
        Logs.rewrite(file, unsealed());
        assertThat(Logs.verify(directory).firstError()).isNull();
        Logs.rewrite(file, unsealed("previous=\"" + "B".repeat(43) + "\""));
        assertThat(Logs.verify(directory).firstError())
                .isEqualTo("audit.xml: line 3: the first segment names one before it");
        Logs.rewrite(file, renumbered(unsealed(), 1));
        assertThat(Logs.verify(directory).firstError()).isEqualTo("audit.xml: line 4: seq is 2 where 1 was expected");
    }

    @Test
    void aSegmentContinuesWhereThePreviousOneEnded() throws Exception {
        Path file = directory.resolve("audit.xml");
        Logs.rewrite(directory.resolve("audit-000001-20261120T061500Z.xml"), unsealed());
        String chain = Logs.chains(unsealed(), lines.get(2).replaceFirst(".* previous=\"([^\"]*)\".*", "$1"))
                .getLast();
        String previous = "previous=\"" + chain + "\"";
        String second = "segment=\"2\"";
        long events = 5;
        Logs.rewrite(file, renumbered(unsealed(second, previous), events));
        Verifier.Report report = Logs.verify(directory);
        assertThat(report.firstError()).isNull();
        assertThat(report.segments()).isEqualTo(2);
        assertThat(report.events()).isEqualTo(2 * events);
        Logs.rewrite(file, renumbered(unsealed(second, previous), events + 1));
        assertThat(Logs.verify(directory).firstError()).isEqualTo("audit.xml: line 4: seq is 7 where 6 was expected");
        Logs.rewrite(file, renumbered(unsealed("segment=\"3\"", previous), events));
        assertThat(Logs.verify(directory).firstError()).isEqualTo("audit.xml: line 3: segment 2 is missing before it");
        Logs.rewrite(file, renumbered(unsealed(second, "previous=\"" + "B".repeat(43) + "\""), events));
        assertThat(Logs.verify(directory).firstError())
                .isEqualTo("audit.xml: line 3: it does not continue the segment before it");
        Logs.rewrite(file, renumbered(unsealed(second, previous, "started=\"2026-11-20T06:14:59.999999Z\""), events));
        assertThat(Logs.verify(directory).firstError())
                .isEqualTo("audit.xml: line 3: it began before the segment before it ended");
        // The error on the earliest line is reported.
        Files.move(
                directory.resolve("audit-000001-20261120T061500Z.xml"),
                directory.resolve("audit-000007-20261120T061500Z.xml"));
        Files.delete(file);
        assertThat(Logs.verify(directory).firstError())
                .isEqualTo("audit-000007-20261120T061500Z.xml: line 3: it is segment 1, but named 7");
    }

    @Test
    void aSchemaViolationIsReportedWithItsLine() throws Exception {
        Path file = directory.resolve("audit.xml");
        List<String> changed = unsealed();
        changed.set(4, changed.get(4).replaceFirst(" outcome=", " colour=\"red\" outcome="));
        Logs.rewrite(file, changed);
        // The second verifier has no schema.
        assertThat(Verifier.verify(
                                directory, new AuditorTerms(List.of(), List.of(), false), VerificationListener.NOTHING)
                        .firstError())
                .startsWith("audit.xml: line 5: not valid against the schema: ")
                .contains("colour");
        List<String> impossibleTime = unsealed();
        impossibleTime.set(4, impossibleTime.get(4).replaceFirst("T06:15:00", "T06:15:60"));
        Logs.rewrite(file, impossibleTime);
        assertThat(Logs.verify(directory).firstError()).startsWith("audit.xml: line 5: ");
    }

    @Test
    void progressIsReported() throws IOException {
        try (AuditLog log = AuditLog.open(directory, Logs.OPTIONS, Logs.clock())) {
            log.rotate();
            log.append(Logs.event(5));
        }
        long size = 0;
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(one -> one.toString().endsWith(".xml")).toList()) {
                size += Files.size(file);
            }
        }
        List<Long> reported = new ArrayList<>();
        List<String> read = new ArrayList<>();
        long all = size;
        Verifier.verify(directory, new AuditorTerms(List.of(), List.of(), false), new VerificationListener() {
            @Override
            public void line(String line) {
                read.add(line);
            }

            @Override
            public void progress(long bytes, long total) {
                assertThat(total).isEqualTo(all);
                reported.add(bytes);
            }
        });
        assertThat(reported).isSorted().last().isEqualTo(size);
        assertThat(read).filteredOn(line -> line.startsWith("<event")).hasSize(7);
    }
}
