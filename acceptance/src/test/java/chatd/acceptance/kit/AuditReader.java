package chatd.acceptance.kit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.xml.sax.SAXException;

/** Reads the audit log as an outsider would, from its page alone: parser, schema, and verifier of the chain. */
public final class AuditReader {

    /** One line of the log: an event or a seal. */
    public record Entry(String element, Map<String, String> attributes, String line) {
        public String get(String attribute) {
            return attributes.getOrDefault(attribute, "");
        }
    }

    private static final String FIRST = "A".repeat(43);
    private final Path directory;
    private final Schema schema;

    /** Each segment as last read; one whose text is unchanged is not parsed and verified again. */
    private final Map<Path, Segment> known = new ConcurrentHashMap<>();

    private record Segment(String text, List<Entry> entries) {}

    public AuditReader(Path directory) throws SAXException {
        this.directory = directory;
        schema = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(directory.resolve("audit.xsd").toFile());
    }

    /** Returns the entries of {@code audit.xml} at this moment: parsed, validated, its own chain verified. */
    public List<Entry> published() throws IOException {
        return read(Files.readString(directory.resolve("audit.xml")));
    }

    /**
     * Returns the entries of all segments: parsed, validated, in one chain from the very first line, {@code seq}
     * without a gap, time never going back.
     */
    public List<Entry> all() throws IOException {
        var texts = new LinkedHashMap<Path, String>();
        for (Path file : segments()) {
            texts.put(file, Files.readString(file));
        }
        String chain = FIRST;
        var entries = new ArrayList<Entry>();
        for (Map.Entry<Path, String> file : texts.entrySet()) {
            String text = file.getValue();
            List<Entry> segment = known.compute(
                            file.getKey(),
                            (_, last) ->
                                    last != null && last.text().equals(text) ? last : new Segment(text, read(text)))
                    .entries();
            assertThat(text).as("continues where the previous segment ended").contains(" previous=\"" + chain + "\"");
            chain = segment.isEmpty() ? head(text) : segment.getLast().get("chain");
            entries.addAll(segment);
        }
        Instant time = Instant.MIN;
        long seq = 1;
        for (Entry entry : entries) {
            assertThat(entry.get("seq")).as(entry.line()).isEqualTo(Long.toString(seq++));
            assertThat(Instant.parse(entry.get("time"))).as(entry.line()).isAfterOrEqualTo(time);
            time = Instant.parse(entry.get("time"));
        }
        return entries;
    }

    public List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            var all =
                    new ArrayList<>(files.filter(f -> f.getFileName().toString().matches("audit-\\d+-.*\\.xml"))
                            .sorted()
                            .toList());
            all.add(directory.resolve("audit.xml"));
            return all;
        }
    }

    private List<Entry> read(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        try {
            schema.newValidator().validate(new StreamSource(new ByteArrayInputStream(bytes)));
            return verified(text, parse(bytes));
        } catch (SAXException | XMLStreamException | IOException e) {
            throw new AssertionError("not a valid log of " + bytes.length + " bytes: " + e, e);
        }
    }

    /** Returns the elements under the root, with their attributes and no lines yet. */
    private static List<Entry> parse(byte[] bytes) throws XMLStreamException {
        XMLStreamReader xml = XMLInputFactory.newInstance().createXMLStreamReader(new ByteArrayInputStream(bytes));
        var entries = new ArrayList<Entry>();
        int depth = 0;
        while (xml.hasNext()) {
            int what = xml.next();
            if (what == XMLStreamConstants.END_ELEMENT) {
                depth--;
            } else if (what == XMLStreamConstants.START_ELEMENT && depth++ == 1) {
                assertThat(xml.getNamespaceURI()).isEqualTo("urn:chatd:audit:1");
                var attributes = new HashMap<String, String>();
                for (int i = 0; i < xml.getAttributeCount(); i++) {
                    attributes.put(xml.getAttributeLocalName(i), xml.getAttributeValue(i));
                }
                entries.add(new Entry(xml.getLocalName(), attributes, ""));
            }
        }
        xml.close();
        return entries;
    }

    /** Verifies every chain value as the page says; returns the same entries, each with its line. */
    private static List<Entry> verified(String text, List<Entry> entries) {
        List<String> lines = text.lines().toList();
        assertThat(text).endsWith("</audit>\n");
        assertThat(lines).hasSize(entries.size() + 4);
        var verified = new ArrayList<Entry>();
        String chain = head(text);
        for (int i = 0; i < entries.size(); i++) {
            String line = lines.get(i + 3);
            int at = line.indexOf(" chain=\"");
            assertThat(at).as(line).isPositive();
            chain = hash(chain, line.substring(0, at) + line.substring(at + 8 + 43 + 1));
            assertThat(line.substring(at + 8, at + 8 + 43))
                    .as("chain of %s", line)
                    .isEqualTo(chain);
            assertThat(line.substring(at + 8 + 43))
                    .as("chain is the last attribute")
                    .matches("\"/?>.*");
            verified.add(new Entry(entries.get(i).element(), entries.get(i).attributes(), line));
        }
        return verified;
    }

    /** Returns c₀ of the page, the chain value before the first entry. */
    private static String head(String text) {
        List<String> lines = text.lines().limit(3).toList();
        int at = lines.get(2).indexOf(" previous=\"") + 11;
        return hash(lines.get(2).substring(at, at + 43), String.join("\n", lines));
    }

    private static String hash(String chain, String bytes) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update((chain + "\n").getBytes(US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(sha.digest(bytes.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
