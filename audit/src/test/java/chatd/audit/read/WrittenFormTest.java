package chatd.audit.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import chatd.audit.LogFiles;
import chatd.audit.Logs;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.AuditEvents;
import chatd.audit.write.AuditLog;
import chatd.fixtures.Campaign;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The fast check accepts everything the daemon writes, and nothing that a validator rejects. */
class WrittenFormTest {
    private static final String SKIPPED =
            "<skipped seq=\"1\" time=\"2026-11-20T06:15:00.000000Z\" chain=\"" + "C".repeat(43) + "\"/>";

    @TempDir
    private Path directory;

    private final SchemaCheck validator = new SchemaCheck();
    private CanonicalForm form;

    @BeforeEach
    void form() throws Exception {
        form = new CanonicalForm(new ByteArrayInputStream(schema().getBytes(StandardCharsets.UTF_8)));
    }

    @AfterEach
    void close() {
        validator.close();
    }

    private static String schema() throws IOException {
        try (InputStream xsd = Objects.requireNonNull(LogFiles.class.getResourceAsStream("audit.xsd"))) {
            return new String(xsd.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Returns the lines of a document with a sample of every event, and seals. */
    private List<String> written(String algorithm) throws IOException {
        Path log = Files.createTempDirectory(directory, "log");
        AuditLog.Options options = new AuditLog.Options(
                AuditLog.Fsync.NEVER,
                AuditLog.Rotation.at(1 << 20, Duration.ofDays(1)),
                "h<o>s\"t&",
                log.resolve("seal.key"),
                algorithm,
                true,
                Duration.ZERO,
                0);
        try (AuditLog open = AuditLog.open(log, options, Logs.clock())) {
            for (AuditEvent event : AuditEvents.all().values()) {
                open.append(event);
                if (event instanceof AuditEvent.Stopped) {
                    open.anchor();
                }
            }
        }
        return Files.readAllLines(log.resolve("audit.xml"));
    }

    private static byte[] document(List<String> lines) {
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private boolean accepts(byte[] document) throws IOException {
        try (FileChannel file = file(document)) {
            return form.accepts(file);
        }
    }

    private boolean isValid(byte[] document) throws IOException {
        try (FileChannel file = file(document)) {
            return validator.validated(file).isEmpty();
        }
    }

    private FileChannel file(byte[] document) throws IOException {
        return FileChannel.open(Files.write(directory.resolve("document.xml"), document));
    }

    /** Returns whether the fast check accepts a document, which it may do only if the validator does. */
    private boolean isAccepted(byte[] document) throws IOException {
        boolean accepted = accepts(document);
        assertThat(!accepted || isValid(document))
                .as(() -> "accepted, but not valid:\n" + new String(document, StandardCharsets.UTF_8))
                .isTrue();
        return accepted;
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ed25519", "ML-DSA-65"})
    void everyWrittenEventAndSealIsAccepted(String algorithm) throws Exception {
        List<String> lines = written(algorithm);
        assertThat(lines).anyMatch(line -> line.startsWith("<seal "));
        assertThat(isAccepted(document(lines))).isTrue();
        lines.add(3, SKIPPED);
        assertThat(isAccepted(document(lines))).isTrue();
        // Only an excerpt's first segment has it, and only once.
        lines.add(3, SKIPPED);
        assertThat(isAccepted(document(lines))).isFalse();
        assertThat(isAccepted(document(List.of(lines.get(0), lines.get(1), lines.get(2), "</audit>"))))
                .isTrue();
    }

    /** In every line, bytes are changed, removed or doubled: about one in two in a full campaign, else one in 40. */
    @Test
    void noByteChangeIsAcceptedThatTheValidatorRejects() throws Exception {
        List<String> lines = written("Ed25519");
        List<String> head = lines.subList(0, 3);
        List<String> some = new ArrayList<>(lines.subList(3, lines.size() - 1));
        some.add(SKIPPED);
        Random random = Campaign.random();
        int maxGap = Campaign.times(79, 3);
        int accepted = 0;
        int rejected = 0;
        for (String line : some) {
            byte[] document = document(List.of(head.get(0), head.get(1), head.get(2), line, lines.getLast()));
            for (int at = random.nextInt(maxGap); at < document.length; at += 1 + random.nextInt(maxGap)) {
                byte[] changed = document.clone();
                byte[] others = {
                    '"', '<', '>', '&', '\'', '=', ' ', '/', '0', '9', 'x', '-', '\n', 0, 1, 0x7f, (byte) 0xc3, -1
                };
                changed[at] = others[random.nextInt(others.length)];
                byte[] without = new byte[document.length - 1];
                System.arraycopy(document, 0, without, 0, at);
                System.arraycopy(document, at + 1, without, at, without.length - at);
                byte[] twice = Arrays.copyOf(document, document.length + 1);
                System.arraycopy(document, at, twice, at + 1, document.length - at);
                for (byte[] each : List.of(changed, without, twice)) {
                    if (isAccepted(each)) {
                        accepted++;
                    } else {
                        rejected++;
                    }
                }
            }
        }
        Campaign.report(accepted + " changes of bytes taken, " + rejected + " refused");
        assertThat(accepted).isGreaterThan(Campaign.times(25, 1_000));
        assertThat(rejected).isGreaterThan(Campaign.times(25, 1_000));
    }

    /** Attributes are removed, added, renamed or given other values; elements are put inside others. */
    @Test
    void noAttributeChangeIsAcceptedThatTheValidatorRejects() throws Exception {
        List<String> lines = written("Ed25519");
        List<String> attributes = new ArrayList<>();
        for (String line : lines.subList(2, lines.size() - 1)) {
            attributes.addAll(Pattern.compile(" [a-z]+=\"[^\"]*\"")
                    .matcher(line)
                    .results()
                    .map(MatchResult::group)
                    .toList());
        }
        Random random = Campaign.random();
        int accepted = 0;
        int changes = Campaign.times(1_500, 30_000);
        for (int i = 0; i < changes; i++) {
            if (i % 1_000 == 0) {
                Campaign.reached(i, changes, "changes of attributes");
            }
            List<String> changed = new ArrayList<>(lines.subList(0, 3));
            String line = lines.get(2 + random.nextInt(lines.size() - 3));
            String one = attributes.get(random.nextInt(attributes.size()));
            String name = one.substring(0, one.indexOf('"'));
            String other = attributes.get(random.nextInt(attributes.size()));
            String otherName = other.substring(0, other.indexOf('"'));
            String changedLine = switch (random.nextInt(5)) {
                case 0 -> line.replaceFirst(name + "\"[^\"]*\"", "");
                case 1 -> line.replaceFirst(" ", Matcher.quoteReplacement(one + " "));
                case 2 -> line.replaceFirst(name, otherName);
                case 3 ->
                    line.replaceFirst(
                            name + "\"[^\"]*\"", Matcher.quoteReplacement(name + other.substring(other.indexOf('"'))));
                default -> line.replaceFirst("/>", Matcher.quoteReplacement("><to" + one + "/></event>"));
            };
            if (line.equals(lines.get(2))) {
                changed.set(2, changedLine);
            } else {
                changed.add(changedLine);
            }
            changed.add(lines.getLast());
            accepted += isAccepted(document(changed)) ? 1 : 0;
        }
        Campaign.report(changes + " changes of attributes, " + accepted + " taken");
        assertThat(accepted).isBetween(changes / 30, changes - changes / 30);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-02-29T00:00:00.000000Z", "2024-02-30T00:00:00.000000Z", "2026-13-01T00:00:00.000000Z",
                "2026-00-01T00:00:00.000000Z", "2026-01-00T00:00:00.000000Z", "2026-01-01T25:00:00.000000Z",
                "2026-01-01T00:60:00.000000Z", "2026-01-01T00:00:60.000000Z", "0000-01-01T00:00:00.000000Z"
            })
    void anImpossibleTimeIsRejected(String time) throws Exception {
        List<String> lines = written("Ed25519");
        lines.set(3, lines.get(3).replaceFirst("time=\"[^\"]*\"", "time=\"" + time + "\""));
        assertThat(isAccepted(document(lines))).isFalse();
    }

    /** A rejected segment need not be invalid: the validator has the last word. */
    @Test
    void unusualButValidFormattingIsLeftToTheValidator() throws Exception {
        List<String> lines = written("Ed25519");
        lines.set(4, lines.get(4).replaceFirst(" outcome", "  outcome"));
        assertThat(isAccepted(document(lines))).isFalse();
        assertThat(isValid(document(lines))).isTrue();
    }

    /** A segment is accepted however many of its characters are written as entities. */
    @Test
    void aSegmentFullOfEntitiesIsAccepted() throws Exception {
        List<String> lines = written("Ed25519");
        String line = lines.get(4).replaceFirst("version=\"[^\"]*", "version=\"" + "&amp;".repeat(1_000));
        List<String> many = new ArrayList<>(lines.subList(0, 3));
        many.addAll(Collections.nCopies(300, line));
        many.add(lines.getLast());
        assertThat(line).contains("&amp;&amp;");
        assertThat(isAccepted(document(many))).isTrue();
    }

    /** An overlong line is left to the validator, which does not hold it in memory. */
    @Test
    void anOverlongLineIsLeftToTheValidator() throws Exception {
        List<String> lines = written("Ed25519");
        lines.set(4, lines.get(4).replaceFirst("version=\"", "version=\"" + "x".repeat(3 << 20)));
        assertThat(isAccepted(document(lines))).isFalse();
        assertThat(isValid(document(lines))).isTrue();
    }

    @Test
    void extraAndMissingBytesAtTheEndAreRejected() throws Exception {
        byte[] document = document(written("Ed25519"));
        assertThat(isAccepted(Arrays.copyOf(document, document.length + 1))).isFalse();
        assertThat(isAccepted(Arrays.copyOf(document, document.length - 1))).isFalse();
    }

    /** A schema that it does not support is a bug in the program, found by any test that loads the schema. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "<xs:pattern value=\"U.*/>#<xs:minLength value=\"2\"/>",
                "<xs:pattern value=\"U.*/>#<xs:pattern value=\"a|b\"/>",
                "<xs:pattern value=\"U.*/>#<xs:pattern value=\"\\w\"/>",
                "<xs:pattern value=\"U.*/>#<xs:pattern value=\"a\"/><xs:enumeration value=\"a\"/>",
                "base=\"xs:string\"#base=\"xs:token\"",
                "base=\"xs:string\"#base=\"xs:dateTime\"",
                "type=\"xs:unsignedShort\"#type=\"xs:short\"",
                "type=\"a:type\"#type=\"a:type\" fixed=\"start\"",
                "type=\"a:to\" minOccurs=\"0\"#type=\"a:to\"",
                "<xs:choice>#<xs:all>"
            })
    void anUnsupportedSchemaIsRefused(String original, String replacement) throws Exception {
        String changed = schema().replaceFirst(original, Matcher.quoteReplacement(replacement));
        if (replacement.equals("<xs:all>")) {
            changed = changed.replaceAll("<xs:all>([^!]*?)</xs:choice>", "<xs:all>$1</xs:all>");
        }
        byte[] xsd = changed.getBytes(StandardCharsets.UTF_8);
        assertThat(changed).isNotEqualTo(schema());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CanonicalForm(new ByteArrayInputStream(xsd)))
                .withMessageContaining("schema");
    }
}
