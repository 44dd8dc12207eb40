package chatd.audit.write;

import chatd.audit.LogFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.stream.XMLStreamWriter;

/**
 * The table of names beside a log whose lines have only numbers (page {@code audit-log.md}, "Names"): {@code names.xml},
 * for programs, and {@code names.css}, by which a browser shows the names where they are missing. They are not sealed, so
 * that a name can be taken out of them. Blocks.
 */
public final class NameTable {
    private static final String XML = "names.xml";
    private static final String CSS = "names.css";

    private NameTable() {}

    /**
     * Writes the table, in the place of the one that is there.
     *
     * @param names the present names by number, such as {@code U5} or {@code G7}
     * @throws IOException if it can't be written
     */
    public static void write(LogFiles log, SortedMap<String, String> names) throws IOException {
        log.replace(XML, out -> writeXml(out, names));
        log.replace(CSS, out -> out.write(css(names).getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Returns the table beside a log, for who reads a copy of it; empty if there is none.
     *
     * @throws IOException if it can't be read, or is none
     */
    public static SortedMap<String, String> read(LogFiles log) throws IOException {
        SortedMap<String, String> names = new TreeMap<>();
        Path file = log.directory().resolve(XML);
        if (!Files.exists(file)) {
            return names;
        }
        XMLInputFactory factory = XMLInputFactory.newFactory();
        // It is not sealed: nothing that somebody wrote into it is fetched.
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try (InputStream in = Files.newInputStream(file)) {
            XMLStreamReader xml = factory.createXMLStreamReader(in, "UTF-8");
            while (xml.hasNext()) {
                if (xml.next() == XMLStreamConstants.START_ELEMENT
                        && xml.getLocalName().equals("who")) {
                    String number = xml.getAttributeValue(null, "number");
                    String name = xml.getAttributeValue(null, "name");
                    if (number != null && name != null) {
                        names.put(number, name);
                    }
                }
            }
        } catch (XMLStreamException e) {
            throw new IOException(file + " is no table of names: " + e.getMessage(), e);
        }
        return names;
    }

    /** Deletes the table, if there is one. */
    public static void delete(LogFiles log) throws IOException {
        Files.deleteIfExists(log.directory().resolve(XML));
        Files.deleteIfExists(log.directory().resolve(CSS));
    }

    private static void writeXml(OutputStream out, SortedMap<String, String> names) throws IOException {
        try {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out, "UTF-8");
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeCharacters("\n");
            xml.writeStartElement("names");
            xml.writeDefaultNamespace("urn:chatd:names:1");
            for (var name : names.entrySet()) {
                xml.writeCharacters("\n");
                xml.writeEmptyElement("who");
                xml.writeAttribute("number", name.getKey());
                xml.writeAttribute("name", name.getValue());
            }
            xml.writeCharacters("\n");
            xml.writeEndElement();
            xml.writeCharacters("\n");
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IOException(e);
        }
    }

    private static String css(SortedMap<String, String> names) {
        StringBuilder rules = new StringBuilder("/* Whom the numbers in the log stand for. */\n");
        names.forEach((number, name) -> {
            String kind = number.startsWith("G") ? "group" : "name";
            rules.append('[')
                    .append(number.startsWith("G") ? "group" : "user")
                    .append("=\"")
                    .append(number)
                    .append("\"] { --")
                    .append(kind)
                    .append(": \"");
            name.codePoints().forEach(c -> {
                // In a string of CSS, anything may be written as its number.
                if (c < ' ' || c == '"' || c == '\\' || c == '<' || c == 0x7f) {
                    rules.append("\\%x ".formatted(c));
                } else {
                    rules.appendCodePoint(c);
                }
            });
            rules.append("\"; }\n");
        });
        return rules.toString();
    }
}
