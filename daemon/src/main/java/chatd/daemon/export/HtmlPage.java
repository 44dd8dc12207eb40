package chatd.daemon.export;

import chatd.text.SafeText;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Writes a page that a browser shows without a network: it runs no script, and loads nothing but the style sheet and the
 * pictures beside it. Whatever is written is escaped. Used by one thread.
 */
final class HtmlPage implements Closeable {
    /** The style sheet's path in the file. */
    static final String STYLE = "style.css";

    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm").withZone(ZoneOffset.UTC);

    private final XMLStreamWriter xml;

    /**
     * Begins a page.
     *
     * @param out is not closed with the page
     * @param up the path to the directory of the style sheet: empty, or {@code ../}
     */
    HtmlPage(OutputStream out, String title, String up) throws IOException {
        try {
            xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out, StandardCharsets.UTF_8.name());
            xml.writeDTD("<!DOCTYPE html>\n");
        } catch (XMLStreamException e) {
            throw failure(e);
        }
        open("html", "lang", "en").open("head");
        empty("meta", "charset", "utf-8");
        empty("meta", "name", "viewport", "content", "width=device-width");
        empty("meta", "http-equiv", "Content-Security-Policy", "content", "script-src 'none'; object-src 'none'");
        empty("link", "rel", "stylesheet", "href", up + STYLE);
        element("title", title).close("head").open("body").element("h1", title);
    }

    private static IOException failure(XMLStreamException e) {
        return e.getNestedException() instanceof IOException io ? io : new IOException(e);
    }

    /**
     * Begins an element.
     *
     * @param attributes names and values, in turn
     */
    HtmlPage open(String name, String... attributes) throws IOException {
        try {
            xml.writeStartElement(name);
            return write(attributes);
        } catch (XMLStreamException e) {
            throw failure(e);
        }
    }

    private HtmlPage write(String... attributes) throws XMLStreamException {
        for (int i = 0; i < attributes.length; i += 2) {
            xml.writeAttribute(attributes[i], attributes[i + 1]);
        }
        return this;
    }

    /**
     * Ends an element.
     *
     * @param name that of the element, for the reader of the code
     */
    HtmlPage close(String name) throws IOException {
        try {
            xml.writeEndElement();
            return this;
        } catch (XMLStreamException e) {
            throw failure(e);
        }
    }

    /** Writes an element that has no content. */
    HtmlPage empty(String name, String... attributes) throws IOException {
        try {
            xml.writeEmptyElement(name);
            return write(attributes);
        } catch (XMLStreamException e) {
            throw failure(e);
        }
    }

    /** Writes an element with nothing but text. */
    HtmlPage element(String name, String text, String... attributes) throws IOException {
        return open(name, attributes).text(text).close(name);
    }

    /** Writes a row of a table. */
    HtmlPage row(String cell, String... values) throws IOException {
        open("tr");
        for (String value : values) {
            element(cell, value);
        }
        return close("tr");
    }

    /** Writes text that may have several lines. Characters that are invisible, or turn the direction, are shown as such. */
    HtmlPage text(String text) throws IOException {
        try {
            xml.writeCharacters(SafeText.text(text));
            return this;
        } catch (XMLStreamException e) {
            throw failure(e);
        }
    }

    /** Writes a time, in UTC, to the minute. */
    HtmlPage time(Instant time) throws IOException {
        return element("time", readable(time), "datetime", time.toString());
    }

    static String readable(Instant time) {
        return MINUTE.format(time);
    }

    /** Ends the page. */
    @Override
    public void close() throws IOException {
        try {
            xml.writeEndDocument();
            xml.flush();
        } catch (XMLStreamException e) {
            throw failure(e);
        }
    }
}
