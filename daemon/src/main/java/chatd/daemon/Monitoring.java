package chatd.daemon;

import chatd.daemon.health.Gauges;
import chatd.daemon.health.Readiness;
import chatd.daemon.metrics.Metrics;
import chatd.daemon.net.LocalPages;
import chatd.daemon.net.LocalPages.Page;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Map;
import java.util.TreeMap;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The pages that monitoring reads (page {@code operations/monitoring.md}). */
final class Monitoring implements AutoCloseable {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private static final Logger LOG = LogManager.getLogger(Monitoring.class);

    private final Gauges gauges;
    private final LocalPages pages;

    /**
     * Begins to serve them. Blocks.
     *
     * @throws IOException if it can't listen there; the message says where
     */
    Monitoring(SocketAddress at, Metrics metrics, Gauges gauges, Readiness readiness) throws IOException {
        this.gauges = gauges;
        ExpositionFormats formats = ExpositionFormats.init();
        this.pages = new LocalPages(
                at,
                new TreeMap<>(Map.of(
                        "/metrics",
                        accept -> metrics(metrics, formats.findWriter(accept)),
                        "/healthz",
                        accept -> state(readiness.illness(), "alive"),
                        "/readyz",
                        accept -> state(readiness.obstacle(), "ready"))));
        gauges.start();
        LOG.info("CHATD-118 monitoring is answered on {}", pages.address());
    }

    private static Page metrics(Metrics metrics, ExpositionFormatWriter writer) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        writer.write(content, metrics.registry().scrape());
        return new Page(OK, writer.getContentType(), content.toByteArray());
    }

    private static Page state(String problem, String good) {
        return problem.isEmpty() ? Page.text(OK, good) : Page.text(UNAVAILABLE, problem);
    }

    @Override
    public void close() {
        pages.close();
        gauges.close();
    }
}
