package chatd.daemon.net.tls;

import chatd.audit.event.AuditEvent;
import chatd.certs.Authority;
import chatd.certs.Fingerprint;
import chatd.daemon.config.Config;
import chatd.daemon.config.ConfigException;
import chatd.daemon.journal.AuditTrail;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that clients are shown, and how another takes its place: when the configuration is read again, or by
 * itself when its files change. One that can't be used is refused, and the one before stays. Connections keep the one
 * that they began with. Warns before it ends. Any thread.
 */
public final class Certificates implements Supplier<Tls>, AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(Certificates.class);

    /** Before the end, the last of them when it has come. */
    private static final List<Duration> WARNINGS =
            List.of(Duration.ofDays(21), Duration.ofDays(7), Duration.ofDays(1), Duration.ZERO);

    private final AuditTrail audit;
    private final Clock clock;
    private final Thread watch;
    private volatile Tls current;

    /** Where the one in force comes from. */
    private Config.Tls config;

    /** As the files are that were refused last, so that they are refused once. */
    private @Nullable TlsFiles refused;

    /** As the files were when they were looked at last: what still changes is not judged. */
    private @Nullable TlsFiles seen;

    /** The last of the warnings that was given of this certificate; null for none. */
    private @Nullable Duration warned;

    /** Replaced, and perhaps still asked by a connection that is just being made. */
    private List<Tls> retired = new ArrayList<>();

    /**
     * Reads the certificate for the start; where none is configured, makes one first.
     *
     * @param host the machine's name
     * @throws IOException where it can't be used; the message says why
     */
    public static Tls load(Config.Tls config, String host, SecureRandom random, Clock clock) throws IOException {
        if (config.development().isPresent()) {
            makeOwn(config.development().get(), config, host, random, clock.instant());
        }
        Tls tls = new Tls(config, Dialects.NAMES);
        if (config.development().isPresent()) {
            LOG.warn(
                    "no certificate is configured (tls.certificate): the one in {} is for trying out, and nobody vouches"
                            + " for it. The fingerprint of its key is {}",
                    config.certificate(),
                    Fingerprint.of(tls.certificate().getPublicKey()).hex());
        }
        return tls;
    }

    private static void makeOwn(Path directory, Config.Tls config, String host, SecureRandom random, Instant now)
            throws IOException {
        if (Files.exists(config.certificate())) {
            return;
        }
        List<String> names = new ArrayList<>(Authority.THIS_MACHINE);
        if (host.matches("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*") && !names.contains(host)) {
            names.addFirst(host);
        }
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
            Authority.writeDevelopmentFiles(directory, names, random, now);
        } catch (IOException e) {
            throw new IOException(
                    "no certificate is configured (tls.certificate), and none can be made in " + directory + ": " + e,
                    e);
        }
    }

    /**
     * Goes on with the certificate of the start, and looks after it from now on.
     *
     * @param config where that comes from
     * @param interval between two looks at the files; what has changed is taken up at the second look that finds it so
     */
    public Certificates(Tls first, Config.Tls config, AuditTrail audit, Clock clock, Duration interval) {
        this.current = first;
        this.config = config;
        this.audit = audit;
        this.clock = clock;
        loaded(first);
        this.watch = Thread.ofVirtual().name("certificates").start(() -> watch(interval));
    }

    @Override
    public Tls get() {
        return current;
    }

    private void watch(Duration interval) {
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(interval.toNanos());
                try {
                    look();
                } catch (RuntimeException e) {
                    LOG.error("the certificate was not looked after", e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void look() {
        retired.forEach(Tls::release);
        retired = new ArrayList<>();
        TlsFiles now = TlsFiles.of(config);
        if (!now.equals(current.files()) && !now.equals(refused) && now.equals(seen)) {
            try {
                replace(fresh(config));
            } catch (IOException e) {
                refused = now;
                LOG.error("the certificate has changed, and can't be used; the one before stays: {}", e.getMessage());
                audit.note(new AuditEvent.CertificateRefused(String.valueOf(e.getMessage())));
            }
        }
        seen = now;
        warn();
    }

    /**
     * Takes the certificate of a configuration that is to be in force, if it is another.
     *
     * @return whether it is
     * @throws ConfigException where it can't be used; the one before stays
     */
    public synchronized boolean take(Config.Tls files) throws ConfigException {
        TlsFiles now = TlsFiles.of(files);
        if (now.equals(current.files())) {
            config = files;
            return false;
        }
        try {
            replace(fresh(files));
            config = files;
            return true;
        } catch (IOException e) {
            refused = now;
            audit.note(new AuditEvent.CertificateRefused(String.valueOf(e.getMessage())));
            throw new ConfigException(List.of(String.valueOf(e.getMessage())));
        }
    }

    private Tls fresh(Config.Tls files) throws IOException {
        Tls fresh = new Tls(files, Dialects.NAMES);
        Instant now = clock.instant();
        String wrong = fresh.end().isBefore(now)
                ? " has ended, " + fresh.end()
                : fresh.begin().isAfter(now) ? " is not valid before " + fresh.begin() : "";
        if (!wrong.isEmpty() && current.end().isAfter(now)) {
            fresh.release();
            throw new IOException("tls.certificate: " + files.certificate() + wrong);
        }
        return fresh;
    }

    private void replace(Tls fresh) {
        retired.add(current);
        current = fresh;
        refused = null;
        warned = null;
        loaded(fresh);
        LOG.info("the certificate of {} is in force, which ends {}", fresh.subject(), fresh.end());
    }

    private void loaded(Tls tls) {
        audit.note(new AuditEvent.CertificateLoaded(tls.subject(), tls.fingerprint(), tls.end()));
        warn();
    }

    private synchronized void warn() {
        Tls tls = current;
        Duration left = Duration.between(clock.instant(), tls.end());
        Duration due = null;
        Duration life = Duration.between(tls.begin(), tls.end());
        for (Duration warning : WARNINGS) {
            // One for some days is renewed within days: its last third is soon enough.
            if (warning.multipliedBy(3).compareTo(life) > 0) {
                continue;
            }
            due = left.compareTo(warning) <= 0 ? warning : due;
        }
        if (due == null || due.equals(warned)) {
            return;
        }
        warned = due;
        if (due.isZero()) {
            LOG.error("the certificate of {} has ended, {}: nobody can connect. Renew it", tls.subject(), tls.end());
        } else {
            LOG.warn("the certificate of {} ends {}, in {} days: renew it", tls.subject(), tls.end(), left.toDays());
        }
        audit.note(new AuditEvent.CertificateEnding(tls.subject(), tls.fingerprint(), tls.end()));
    }

    /** Looks after it no longer. */
    @Override
    public void close() {
        watch.interrupt();
    }
}
