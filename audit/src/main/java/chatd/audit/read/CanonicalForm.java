package chatd.audit.read;

import chatd.audit.LogFiles;
import chatd.audit.event.Attribute;
import chatd.audit.form.Line;
import chatd.audit.form.SegmentReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Checks a segment against the schema at the speed of a disk, provided that its lines are in exactly the form in which
 * the daemon writes them: attributes in the schema's order, in double quotes, separated by single spaces. A segment in
 * another form may still be valid; a validator decides that, which takes several times as long. Built from the schema
 * itself. Immutable and thread-safe.
 */
final class CanonicalForm {
    private static final String SCHEMA = XMLConstants.W3C_XML_SCHEMA_NS_URI;
    private static final byte[] DECLARATION = bytes(Line.DECLARATION);
    private static final byte[] STYLE = bytes(Line.STYLE);
    private static final byte[] ROOT = bytes("<audit xmlns=\"" + Line.NAMESPACE + "\"");
    private static final byte[] END = bytes(Line.END);

    /** Maximum line length in bytes. Longer lines are rare and take memory; the validator reads them in pieces. */
    private static final int LONGEST_LINE = 1 << 20;

    /** @param before the text before its value, from the space before its name to the opening quotation mark */
    private record Attribute(byte[] before, ValueForm form, boolean isRequired) {}

    /**
     * An element: its attributes, and the children it may contain, of one kind at a time.
     *
     * @param start its beginning, up to and including its name
     * @param repeats whether several may follow each other
     */
    private record Form(byte[] start, byte[] end, boolean repeats, Attribute[] attributes, Form[] children) {}

    private final Map<String, ValueForm> values = new HashMap<>();
    private final Map<String, Node> types = new HashMap<>();
    private final Form root;
    private final Form skipped;
    private final Form[] lines;

    /** @throws IllegalArgumentException if the schema contains something that can't be checked here */
    CanonicalForm(InputStream xsd) throws IOException, SAXException {
        Node schema = parse(xsd);
        for (Node type : elements(schema)) {
            if (type.getLocalName().equals("simpleType")) {
                values.put("a:" + name(type), value(type));
            } else if (type.getLocalName().equals("complexType")) {
                types.put("a:" + name(type), type);
            }
        }
        values.put("xs:string", ValueForm.string());
        values.put("xs:boolean", ValueForm.oneOf(List.of("true", "false")));
        values.put("xs:positiveInteger", ValueForm.number(1, Long.MAX_VALUE));
        values.put("xs:nonNegativeInteger", ValueForm.number(0, Long.MAX_VALUE));
        values.put("xs:unsignedShort", ValueForm.number(0, 0xffff));
        values.put("xs:unsignedInt", ValueForm.number(0, 0xffff_ffffL));
        Node audit = elements(schema).stream()
                .filter(node -> node.getLocalName().equals("element"))
                .findFirst()
                .orElseThrow();
        root = form(audit, elements(audit).getFirst());
        skipped = root.children[0];
        lines = Arrays.copyOfRange(root.children, 1, root.children.length);
    }

    private static Node parse(InputStream xsd) throws IOException, SAXException {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newNSInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            return factory.newDocumentBuilder().parse(xsd).getDocumentElement();
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }

    private Form form(Node element, Node type) {
        List<Attribute> attributes = new ArrayList<>();
        List<Form> children = new ArrayList<>();
        collect(type, attributes, children);
        return new Form(
                bytes("<" + name(element)),
                bytes("</" + name(element) + ">"),
                string(element, "maxOccurs").equals("unbounded"),
                attributes.toArray(Attribute[]::new),
                children.toArray(Form[]::new));
    }

    private void collect(Node type, List<Attribute> attributes, List<Form> children) {
        for (Node part : elements(type)) {
            switch (part.getLocalName()) {
                case "attribute" -> {
                    if (!string(part, "fixed").isEmpty()) {
                        throw new IllegalArgumentException("a fixed value in the schema");
                    }
                    attributes.add(new Attribute(
                            bytes(" " + name(part) + "=\""),
                            known(values, string(part, "type")),
                            string(part, "use").equals("required")));
                }
                case "element" -> {
                    // Children are never required here, so they must be optional in the schema.
                    if (!string(part, "minOccurs").equals("0")
                            && !string(type, "minOccurs").equals("0")) {
                        throw new IllegalArgumentException("an element that the schema requires");
                    }
                    children.add(form(part, known(types, string(part, "type"))));
                }
                case "sequence", "choice" -> collect(part, attributes, children);
                case "annotation" -> {}
                default -> throw new IllegalArgumentException(part.getLocalName() + " in the schema");
            }
        }
    }

    private static ValueForm value(Node simpleType) {
        Node restriction = elements(simpleType).getFirst();
        boolean isTime = string(restriction, "base").equals("xs:dateTime");
        if (!isTime && !string(restriction, "base").equals("xs:string")) {
            throw new IllegalArgumentException("a restriction of " + string(restriction, "base") + " in the schema");
        }
        List<String> values = new ArrayList<>();
        ValueForm pattern = null;
        for (Node facet : elements(restriction)) {
            switch (facet.getLocalName()) {
                case "enumeration" -> values.add(string(facet, "value"));
                case "pattern" -> pattern = ValueForm.pattern(string(facet, "value"));
                default -> throw new IllegalArgumentException(facet.getLocalName() + " in the schema");
            }
        }
        if (pattern == null ? isTime : !values.isEmpty()) {
            throw new IllegalArgumentException("a restriction of another kind in the schema");
        }
        if (pattern == null) {
            return ValueForm.oneOf(values);
        }
        return isTime ? ValueForm.time(pattern) : pattern;
    }

    private static <T> T known(Map<String, T> all, String name) {
        T found = all.get(name);
        if (found == null) {
            throw new IllegalArgumentException(name + " is unknown in the schema");
        }
        return found;
    }

    private static List<Node> elements(Node parent) {
        NodeList all = parent.getChildNodes();
        return IntStream.range(0, all.getLength())
                .mapToObj(all::item)
                .filter(node -> SCHEMA.equals(node.getNamespaceURI()))
                .toList();
    }

    private static String name(Node of) {
        return string(of, "name");
    }

    private static String string(Node of, String attribute) {
        Node found = of.getAttributes().getNamedItem(attribute);
        return found == null ? "" : found.getNodeValue();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns whether a file is a whole segment in the form in which the daemon writes it. */
    boolean accepts(FileChannel file) throws IOException {
        SegmentReader in = new SegmentReader(LogFiles.streamOf(file, at -> {}), LONGEST_LINE);
        if (!Arrays.equals(in.next(), DECLARATION) || !Arrays.equals(in.next(), STYLE)) {
            return false;
        }
        byte[] start = in.next();
        if (start == null || !isRoot(start)) {
            return false;
        }
        long read = DECLARATION.length + STYLE.length + start.length + 3L;
        byte[] line = in.next();
        if (line != null && isWhole(line, skipped)) {
            read += line.length + 1L;
            line = in.next();
        }
        while (line != null && isLine(line)) {
            read += line.length + 1L;
            line = in.next();
        }
        return line != null && Arrays.equals(line, END) && read + END.length + 1 == file.size();
    }

    private boolean isRoot(byte[] line) {
        return startsWith(line, 0, ROOT)
                && attributes(line, ROOT.length, root) == line.length - 1
                && line[line.length - 1] == '>'
                && hasCharacters(line);
    }

    private boolean isLine(byte[] line) {
        for (Form form : lines) {
            if (isWhole(line, form)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isWhole(byte[] line, Form form) {
        return element(line, 0, form) == line.length && hasCharacters(line);
    }

    /** Returns the end of the element that begins at {@code from}, or -1 if there is none of this form. */
    private static int element(byte[] line, int from, Form form) {
        if (!startsWith(line, from, form.start)) {
            return -1;
        }
        int at = attributes(line, from + form.start.length, form);
        if (at < 0 || at == line.length) {
            return -1;
        }
        if (line[at] == '/') {
            return at + 1 < line.length && line[at + 1] == '>' ? at + 2 : -1;
        }
        if (line[at] != '>') {
            return -1;
        }
        at = children(line, at + 1, form.children);
        return startsWith(line, at, form.end) ? at + form.end.length : -1;
    }

    /** Returns the end of the children: as many as are allowed of the first kind that is present. */
    private static int children(byte[] line, int from, Form[] forms) {
        int at = from;
        for (Form form : forms) {
            int next = element(line, at, form);
            while (next > 0) {
                at = next;
                next = form.repeats ? element(line, at, form) : -1;
            }
            if (at > from) {
                break;
            }
        }
        return at;
    }

    /** Returns the end of the attributes, or -1 if one is missing or malformed. */
    private static int attributes(byte[] line, int from, Form form) {
        int at = from;
        for (Attribute attribute : form.attributes) {
            if (startsWith(line, at, attribute.before)) {
                int begin = at + attribute.before.length;
                at = begin;
                while (at < line.length && line[at] != '"') {
                    at++;
                }
                if (at == line.length || !attribute.form.accepts(line, begin, at)) {
                    return -1;
                }
                at++;
            } else if (attribute.isRequired) {
                return -1;
            }
        }
        return at;
    }

    private static boolean startsWith(byte[] line, int at, byte[] with) {
        int end = at + with.length;
        return end <= line.length && line[at + 1] == with[1] && Arrays.equals(line, at, end, with, 0, with.length);
    }

    /** Returns whether all bytes are characters allowed in XML, with no controls among them. */
    private static boolean hasCharacters(byte[] line) {
        boolean isAscii = true;
        for (byte one : line) {
            if (one >= 0 && one < ' ') {
                return false;
            }
            isAscii &= one >= 0;
        }
        if (isAscii) {
            return true;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .chars()
                    .noneMatch(c -> c >= 0xfffe);
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
