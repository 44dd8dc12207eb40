package chatd.audit.read;

import chatd.audit.LogFiles;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import javax.xml.validation.Validator;
import org.jspecify.annotations.Nullable;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * Validates segments against the schema, in parallel on all processors, each in bounded memory. A fast scan accepts
 * those in the form in which the daemon writes them; a validator, which also says what is wrong, judges all others. One
 * thread adds segments and takes the results in the same order.
 */
final class SchemaCheck implements Closeable {
    private final Schema schema;
    private final CanonicalForm written;
    private final ExecutorService workers = Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            Thread.ofPlatform().name("schema").daemon().factory());
    private final Deque<Future<Optional<String>>> results = new ArrayDeque<>();

    SchemaCheck() {
        try (InputStream xsd = xsd();
                InputStream again = xsd()) {
            SchemaFactory factory = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            schema = factory.newSchema(new StreamSource(xsd));
            written = new CanonicalForm(again);
        } catch (SAXException | IOException e) {
            throw new IllegalStateException("the program's schema is broken", e);
        }
    }

    private static InputStream xsd() {
        return Objects.requireNonNull(LogFiles.class.getResourceAsStream("audit.xsd"));
    }

    void add(Path file) {
        add(() -> {
            try (FileChannel open = FileChannel.open(file)) {
                return check(open);
            }
        });
    }

    /** @param file must stay open until its result has been taken */
    void add(FileChannel file) {
        add(() -> check(file));
    }

    private void add(Callable<Optional<String>> check) {
        results.add(workers.submit(check));
    }

    /** Waits for the next result, in the order of addition; returns what is wrong, or null if the segment is valid. */
    @Nullable
    String next() throws IOException {
        try {
            return results.remove().get().orElse(null);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private Optional<String> check(FileChannel file) throws IOException {
        return written.accepts(file) ? Optional.empty() : validated(file);
    }

    /** Returns what a validator finds wrong with a file, if anything. */
    Optional<String> validated(FileChannel file) throws IOException {
        try {
            Validator validator = schema.newValidator();
            validator.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            // The five predefined entities count too; without a DTD there are no others.
            validator.setProperty("jdk.xml.maxGeneralEntitySizeLimit", "0");
            validator.setProperty("jdk.xml.totalEntitySizeLimit", "0");
            validator.validate(new StreamSource(LogFiles.streamOf(file, at -> {})));
            return Optional.empty();
        } catch (SAXParseException e) {
            return Optional.of("line " + e.getLineNumber() + ": not valid against the schema: " + e.getMessage());
        } catch (SAXException e) {
            return Optional.of("not valid against the schema: " + e.getMessage());
        }
    }

    /** Abandons validations whose results have not been taken. */
    @Override
    public void close() {
        workers.shutdownNow();
    }
}
