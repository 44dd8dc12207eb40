package chatd.daemon.forward;

import chatd.audit.FileFailure;
import chatd.audit.LogFiles;
import chatd.audit.LogPosition;
import chatd.audit.read.LogTail;
import chatd.audit.write.AuditLog;
import chatd.daemon.config.Config;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sends each line of the audit log to a collector as well, in order and at least once (page {@code operations/forwarding.md}).
 *
 * <p>It reads the log's files behind the writer, and only what survives a loss of power: nobody ever waits for it, and what
 * the collector does not take waits in the log. Syslog acknowledges nothing. So each connection is ended in good order after
 * a while; a collector that answers the end has read all before it. It may have that in memory still, so that what counts as
 * received for certain is what it had read by the end <em>before</em>: from there all is sent again once a connection is lost.
 */
public final class Forwarder implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(Forwarder.class);

    private static final int POLL_MILLIS = 250;

    /** How long a stop waits for the last lines to be sent, and their end to be answered. */
    private static final Duration GOODBYE = Duration.ofSeconds(5);

    /**
     * How often a connection is ended to learn what was received, and how soon a lost one is tried again.
     *
     * @param connection how long a connection lasts if anything was sent
     * @param bytes after how many bytes it ends earlier: as many, twice, are sent again once one is lost
     * @param retry pause after the first failure; doubled after each that follows
     * @param longestRetry the longest pause
     */
    public record Timing(Duration connection, long bytes, Duration retry, Duration longestRetry) {
        public static final Timing USUAL =
                new Timing(Duration.ofMinutes(5), 16 << 20, Duration.ofSeconds(1), Duration.ofMinutes(1));
    }

    /**
     * How far it is.
     *
     * @param to the collector; empty for none
     * @param since when it became connected, or failed
     * @param failure why the collector is not reached; empty if it is, or while it is tried for the first time
     * @param sent the seq of the last event or seal that was sent, 0 if none was; some of these may be sent again
     */
    public record Status(String to, boolean isConnected, Instant since, String failure, long sent) {}

    private final AuditLog log;
    private final LogFiles files;
    private final Supplier<Config> configuration;
    private final String host;
    private final Timing timing;
    private final Clock clock;
    private final Thread thread;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile Status status;
    private volatile @Nullable Collector collector;

    /** The thread's own. */
    private @Nullable LogTail tail;

    private @Nullable Confirmed confirmed;

    /** What the collector had read when it last answered the end of a connection. */
    private @Nullable Confirmed answered;

    private byte[] last = new byte[0];
    private String reported = "";

    /** @param host the name of this machine, for the collector */
    public Forwarder(AuditLog log, Supplier<Config> configuration, String host, Timing timing, Clock clock) {
        this.log = log;
        this.files = log.files();
        this.configuration = configuration;
        this.host = host;
        this.timing = timing;
        this.clock = clock;
        this.status = new Status("", false, clock.instant(), "", 0);
        this.thread = Thread.ofPlatform().name("forwarder").daemon().unstarted(this::run);
    }

    /** Begins to send. */
    public void start() {
        thread.start();
    }

    /** Returns how far it is. Any thread. */
    public Status status() {
        return status;
    }

    private void run() {
        Duration pause = timing.retry();
        while (!isStopping()) {
            Config.Forward to = configuration.get().audit().forward();
            try {
                begin(nameOf(to));
                if (to.to().isEmpty()) {
                    pause(Duration.ofSeconds(1));
                } else {
                    forward(to);
                    pause = timing.retry();
                }
            } catch (IOException e) {
                failed(FileFailure.describe(e));
                pause(pause);
                pause = pause.multipliedBy(2).compareTo(timing.longestRetry()) > 0
                        ? timing.longestRetry()
                        : pause.multipliedBy(2);
            } catch (RuntimeException e) {
                LOG.error("CHATD-916 the log could not be forwarded, which is tried again", e);
                failed(e.toString());
                pause(timing.longestRetry());
            }
        }
        closeTail();
    }

    /**
     * Returns why no connection to a collector can be made; empty if one can. Sends nothing; blocks.
     *
     * @param to which must name a collector
     */
    public static String connectionFailure(Config.Forward to) {
        try (Collector _ = Collector.connect(to)) {
            return "";
        } catch (IOException e) {
            return FileFailure.describe(e);
        }
    }

    /** Returns the name and port of a collector; empty if there is none. */
    public static String nameOf(Config.Forward to) {
        return to.to().map(Forwarder::name).orElse("");
    }

    private static String name(InetSocketAddress to) {
        String host = to.getHostString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + to.getPort();
    }

    /** Forgets what another collector has. */
    private void begin(String to) {
        if (!to.equals(status.to())) {
            status = new Status(to, false, clock.instant(), "", 0);
            closeTail();
            confirmed = null;
            answered = null;
            reported = "";
        }
    }

    /** Sends what there is over one connection, until it has lasted long enough; all was received then. */
    private void forward(Config.Forward to) throws IOException {
        LogTail lines = tail == null ? open() : tail;
        tail = lines;
        boolean isAnswered = false;
        try (Collector connected = Collector.connect(to)) {
            collector = connected;
            connected();
            if (send(lines, connected, to)) {
                connected.finish();
                confirm(lines.position());
            }
            isAnswered = true;
        } finally {
            collector = null;
            if (!isAnswered) {
                closeTail();
            }
        }
    }

    /**
     * Sends lines until it is time to end the connection.
     *
     * @return whether anything was sent
     */
    private boolean send(LogTail lines, Collector connected, Config.Forward to) throws IOException {
        SyslogWriter writer = new SyslogWriter(connected.out(), host, to.messageSize());
        long end = System.nanoTime() + timing.connection().toNanos();
        long sent = 0;
        while (sent < timing.bytes() && to.equals(configuration.get().audit().forward())) {
            LogPosition before = lines.position();
            byte[] line = lines.next();
            if (line != null) {
                reportMissing(before, lines.position());
                sent += writer.write(line);
                last = line;
                continue;
            }
            if (sent > 0) {
                connected.flush();
                noteSent();
            }
            if (isStopping() || (sent > 0 && System.nanoTime() - end > 0)) {
                break;
            }
            connected.await(POLL_MILLIS);
        }
        noteSent();
        return sent > 0;
    }

    private void noteSent() {
        String seq = SyslogWriter.attribute(new String(last, StandardCharsets.ISO_8859_1), "seq");
        if (!seq.equals("-") && Long.parseLong(seq) != status.sent()) {
            status = new Status(
                    status.to(), status.isConnected(), status.since(), status.failure(), Long.parseLong(seq));
        }
    }

    private static void reportMissing(LogPosition before, LogPosition now) {
        if (now.segment() > before.segment() + 1) {
            LOG.warn(
                    "CHATD-416 segments {} to {} of the log were deleted before the collector had them",
                    before.segment() + (before.bytes() > 0 ? 1 : 0),
                    now.segment() - 1);
        }
    }

    /** Opens the log where the collector has it for certain. */
    private LogTail open() throws IOException {
        Confirmed known = confirmed;
        if (known == null) {
            known = readConfirmed(status.to());
            confirmed = known;
            answered = known;
        }
        return new LogTail(files, log::forced, known.position());
    }

    private Confirmed readConfirmed(String to) throws IOException {
        Confirmed kept;
        try {
            kept = Confirmed.read(files);
        } catch (IOException e) {
            LOG.warn("CHATD-415 the log is forwarded from its beginning: {}", FileFailure.describe(e));
            return Confirmed.nothing(to);
        }
        if (kept == null || !kept.to().equals(to)) {
            return Confirmed.nothing(to);
        }
        if (!kept.isOf(files, log.forced().segment())) {
            LOG.warn(
                    "CHATD-415 the log is forwarded from its beginning: it is not the one that was forwarded to {} before",
                    to);
            return Confirmed.nothing(to);
        }
        return kept;
    }

    /** Notes that the collector has read all up to a position; what it had read before counts as received from now on. */
    private void confirm(LogPosition position) {
        Confirmed now = new Confirmed(status.to(), position, Confirmed.hash(last));
        Confirmed before = answered == null ? now : answered;
        answered = now;
        if (before.equals(confirmed)) {
            return;
        }
        confirmed = before;
        try {
            before.write(files);
        } catch (IOException e) {
            // What is kept is older: after the next start more is sent twice.
            String why = FileFailure.describe(e);
            if (isNews(why)) {
                LOG.warn("CHATD-417 how far the log is forwarded can't be kept: {}", why);
            }
        }
    }

    private void connected() {
        if (!status.isConnected()) {
            LOG.info("CHATD-413 the log is forwarded to {}", status.to());
            status = new Status(status.to(), true, clock.instant(), "", status.sent());
            reported = "";
        }
    }

    private void failed(String why) {
        Instant since = status.failure().isEmpty() ? clock.instant() : status.since();
        status = new Status(status.to(), false, since, why, status.sent());
        if (isNews(why)) {
            LOG.warn("CHATD-414 the log can't be forwarded to {}: {}", status.to(), why);
        }
    }

    /** Returns whether trouble is to be reported: once, however often it is tried again. */
    private boolean isNews(String trouble) {
        boolean isNew = !isStopping() && !trouble.equals(reported);
        reported = trouble;
        return isNew;
    }

    private void closeTail() {
        LogTail open = tail;
        tail = null;
        // What the collector had read over a connection that was ended may be lost with it, too.
        answered = confirmed;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.debug("only read from", e);
            }
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    /** Waits, unless this is closed. */
    private void pause(Duration time) {
        try {
            var _ = stopping.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends what is left, for a moment, and ends. What was not sent is sent after the next start. Blocks. */
    @Override
    public void close() {
        try {
            // So that the last events are on disk, before which they are not sent.
            log.publish();
        } catch (IOException e) {
            LOG.debug("the log itself reports that", e);
        }
        stopping.countDown();
        try {
            Collector open = collector;
            if (!thread.join(GOODBYE) && open != null) {
                open.close();
                thread.join(GOODBYE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.debug("it is closed anyway", e);
        }
    }
}
