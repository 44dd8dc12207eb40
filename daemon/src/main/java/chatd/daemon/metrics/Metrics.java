package chatd.daemon.metrics;

import chatd.protocol.value.Code;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;

/**
 * What the daemon counts and times as it happens, for monitoring (page {@code operations/monitoring.md}). What it merely has,
 * such as connections, is looked at when somebody asks ({@code health.Gauges}). Any thread; nothing blocks.
 */
public final class Metrics {
    private static final double[] SECONDS = {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10};
    private static final double NANOS = 1e9;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter logins = Counter.builder()
            .name("chatd_logins")
            .help("Attempts to log in, by what came of them: ok, or why they were refused.")
            .labelNames("outcome")
            .register(registry);
    private final Counter refusals = Counter.builder()
            .name("chatd_refusals")
            .help("Commands that were refused, by the code that their clients got.")
            .labelNames("code")
            .register(registry);
    private final Histogram commits =
            histogram("chatd_commit", "Time that the database took to commit a batch of entries.");
    private final Histogram appends =
            histogram("chatd_log_append", "Time that it took to append a batch's events to the audit log.");
    private final Histogram deliveries = histogram(
            "chatd_delivery",
            "Time from the submission of a batch's oldest entry to its place in the queues of those it is for.");

    private Histogram histogram(String name, String help) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .unit(Unit.SECONDS)
                .classicOnly()
                .classicUpperBounds(SECONDS)
                .register(registry);
    }

    /** Returns where all metrics are registered. */
    public PrometheusRegistry registry() {
        return registry;
    }

    public void countLogin() {
        logins.labelValues("ok").inc();
    }

    public void countRefusedLogin(Code code) {
        logins.labelValues(code.word()).inc();
    }

    public void countRefusal(Code code) {
        refusals.labelValues(code.word()).inc();
    }

    /** Times a commit; times are those of {@link System#nanoTime}. */
    public void timeCommit(long begin, long end) {
        commits.observe((end - begin) / NANOS);
    }

    /** Times the appending of a batch's events. */
    public void timeAppend(long begin, long end) {
        appends.observe((end - begin) / NANOS);
    }

    /** Times the way of a batch's oldest entry. */
    public void timeDelivery(long submitted, long end) {
        deliveries.observe((end - submitted) / NANOS);
    }
}
