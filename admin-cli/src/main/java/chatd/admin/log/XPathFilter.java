package chatd.admin.log;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathEvaluationResult;
import javax.xml.xpath.XPathExpression;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import javax.xml.xpath.XPathFactoryConfigurationException;
import javax.xml.xpath.XPathNodes;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * Passes on the events for which an XPath 1.0 expression is true. Each event is evaluated as if it were alone in its
 * document; if the expression can't tell the difference, many are evaluated in one document, at a tenth of the cost.
 * Confined to one thread.
 */
final class XPathFilter {
    /** Number of events evaluated in one document. */
    private static final int BATCH_SIZE = 500;

    private static final Pattern STRINGS = Pattern.compile("\"[^\"]*\"|'[^']*'");

    /**
     * Matches what looks outside an event or depends on its position: absolute paths, upward and sideways axes,
     * positions.
     */
    private static final Pattern LOOKS_OUTSIDE = Pattern.compile(
            "(?:^|[(\\[,=<>|+*!-]|\\b(?:and|or|div|mod)\\b)\\s*/|//|\\.\\.|\\b(?:parent|ancestor|ancestor-or-self|preceding"
                    + "|preceding-sibling|following|following-sibling)\\s*::|\\b(?:position|last|id)\\s*\\(");

    private final XPathExpression alone;
    private final XPathExpression together;
    private final boolean looksOutside;
    private final DocumentBuilder builder;
    private final Consumer<String> consumer;
    private final List<String> pending = new ArrayList<>();

    /**
     * @param consumer receives the matching events in order; some only after later events have been added
     * @throws CommandFailure if the expression is not valid XPath 1.0
     */
    XPathFilter(String expression, Consumer<String> consumer) {
        XPath xpath = xpath();
        try {
            this.alone = xpath.compile(expression);
            this.together = xpath.compile("/*/*[boolean(" + expression + ")]");
        } catch (XPathExpressionException e) {
            throw new CommandFailure(Exit.USAGE, "--xpath: not an XPath 1.0 expression: " + reason(e));
        }
        this.looksOutside = LOOKS_OUTSIDE
                .matcher(STRINGS.matcher(expression).replaceAll("''"))
                .find();
        this.builder = builder();
        this.consumer = consumer;
    }

    private static XPath xpath() {
        try {
            XPathFactory factory = XPathFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            return factory.newXPath();
        } catch (XPathFactoryConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DocumentBuilder builder() {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            return factory.newDocumentBuilder();
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String reason(XPathExpressionException e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    /** Adds an event's line as it stands in the document; it may be evaluated later, with others. */
    void add(String line) {
        if (looksOutside) {
            if (isTrue(line)) {
                consumer.accept(line);
            }
            return;
        }
        pending.add(line);
        if (pending.size() >= BATCH_SIZE) {
            flush();
        }
    }

    /** Evaluates the pending events. */
    void flush() {
        if (pending.isEmpty()) {
            return;
        }
        List<String> lines = List.copyOf(pending);
        pending.clear();
        Document document = document(String.join("", lines));
        Set<Node> matching = Collections.newSetFromMap(new IdentityHashMap<>());
        try {
            together.evaluateExpression(document, XPathNodes.class).forEach(matching::add);
        } catch (XPathExpressionException e) {
            throw new CommandFailure(Exit.USAGE, "--xpath: " + reason(e));
        }
        Node event = document.getDocumentElement().getFirstChild();
        for (String line : lines) {
            if (matching.contains(event)) {
                consumer.accept(line);
            }
            event = event.getNextSibling();
        }
    }

    private boolean isTrue(String line) {
        try {
            XPathEvaluationResult<?> result =
                    alone.evaluateExpression(document(line).getDocumentElement().getFirstChild());
            return switch (result.value()) {
                case Boolean truth -> truth;
                case Number number -> number.doubleValue() != 0 && !Double.isNaN(number.doubleValue());
                case String text -> !text.isEmpty();
                case XPathNodes nodes -> nodes.size() > 0;
                default -> false;
            };
        } catch (XPathExpressionException e) {
            throw new CommandFailure(Exit.USAGE, "--xpath: " + reason(e));
        }
    }

    private Document document(String lines) {
        try {
            return builder.parse(new InputSource(new StringReader("<audit>" + lines + "</audit>")));
        } catch (SAXException | IOException e) {
            throw new CommandFailure(Exit.FAILED, "The log contains something that is not XML: " + e.getMessage());
        }
    }
}
