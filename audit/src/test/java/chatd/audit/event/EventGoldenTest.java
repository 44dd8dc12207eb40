package chatd.audit.event;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.audit.LogFiles;
import chatd.audit.form.Line;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares every event with its golden file, and the schema with the code. */
class EventGoldenTest {
    private static final Instant TIME = Instant.parse("2026-11-20T06:15:00.123456Z");

    static Set<String> names() {
        return AuditEvents.all().keySet();
    }

    private static String line(String name) {
        LineBuffer lines = new LineBuffer(1);
        AuditEvent event = Objects.requireNonNull(AuditEvents.all().get(name));
        Line.chain(
                lines,
                Line.event(lines, 184, Line.TIME.format(TIME), event, true),
                "C".repeat(43).getBytes(StandardCharsets.US_ASCII));
        return lines.text(0);
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyEventMatchesItsGoldenFile(String name) throws IOException {
        try (InputStream golden = EventGoldenTest.class.getResourceAsStream("golden/" + name + ".xml")) {
            assertThat(golden).as("golden/" + name + ".xml").isNotNull();
            assertThat(line(name)).isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void everyRecordHasASample() {
        assertThat(AuditEvents.all().values().stream().map(Object::getClass).collect(Collectors.toSet()))
                .isEqualTo(records(AuditEvent.class).collect(Collectors.toSet()));
    }

    private static Stream<Class<?>> records(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(EventGoldenTest::records)
                : Stream.of(type);
    }

    private static String schema() throws IOException {
        try (InputStream xsd = Objects.requireNonNull(LogFiles.class.getResourceAsStream("audit.xsd"))) {
            return new String(xsd.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theSchemaListsTheAttributesInTheOrderOfTheLine() throws IOException {
        String type = schema().substring(schema().indexOf("<xs:complexType name=\"event\""));
        type = type.substring(0, type.indexOf("</xs:complexType>"));
        List<String> inSchema = Pattern.compile("<xs:attribute name=\"(\\w+)\"")
                .matcher(type)
                .results()
                .map(match -> match.group(1))
                .toList();
        List<String> inCode = new ArrayList<>(
                Arrays.stream(Attribute.values()).map(Attribute::xmlName).toList());
        inCode.add("chain");
        assertThat(inSchema).isEqualTo(inCode);
    }

    @Test
    void theSchemaListsAllEventTypes() throws IOException {
        String type = schema().substring(schema().indexOf("<xs:simpleType name=\"type\""));
        type = type.substring(0, type.indexOf("</xs:simpleType>"));
        assertThat(Pattern.compile("enumeration value=\"(\\w+)\"")
                        .matcher(type)
                        .results()
                        .map((MatchResult match) -> match.group(1)))
                .containsExactlyInAnyOrderElementsOf(AuditEvents.all().values().stream()
                        .map(AuditEvent::type)
                        .collect(Collectors.toSet()));
    }

    /** Regenerates the golden files, to be reviewed by a person before they are committed. */
    public static void main(String[] arguments) throws IOException {
        for (String name : names()) {
            Files.writeString(Path.of(arguments[0], name + ".xml"), line(name));
        }
    }
}
