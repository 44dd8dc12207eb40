package chatd.daemon.net.tls;

import chatd.audit.FileFailure;
import chatd.audit.event.AuditEvent;
import chatd.certs.Authority;
import chatd.certs.Fingerprint;
import chatd.daemon.config.Config;
import chatd.daemon.config.ConfigException;
import chatd.daemon.trail.AuditTrail;
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
 * Holds the server certificate and replaces it when the configuration is reloaded or its files change. An unusable
 * certificate is rejected, and the previous one stays in force. Connections keep the certificate they started with.
 * Warns before expiry. Any thread.
 */
public final class Certificates implements Supplier<Tls>, AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(Certificates.class);

    /** Times before expiry at which to warn; the last is at expiry. */
    private static final List<Duration> WARNINGS =
            List.of(Duration.ofDays(21), Duration.ofDays(7), Duration.ofDays(1), Duration.ZERO);

    private final AuditTrail audit;
    private final Clock clock;
    private final Thread watch;
    private volatile Tls current;

    /** The configuration from which the current certificate was loaded. */
    private Config.Tls config;

    /** State of the files last rejected, so that they are rejected only once. */
    private @Nullable TlsFiles refused;

    /** State of the files at the last check: files that are still changing are not loaded. */
    private @Nullable TlsFiles seen;

    /** The last warning issued for the current certificate; null for none. */
    private @Nullable Duration warned;

    /** Replaced contexts, released at the next check: a connection being set up may still be using one. */
    private List<Tls> retired = new ArrayList<>();

    /**
     * Loads the certificate at startup, creating one first if none is configured. Blocks.
     *
     * @param host the machine's hostname
     * @throws IOException if it can't be used; the message says why
     */
    public static Tls load(Config.Tls config, String host, SecureRandom random, Clock clock) throws IOException {
        if (config.development().isPresent()) {
            makeDevelopmentCertificate(config.development().get(), config, host, random, clock.instant());
        }
        Tls tls = new Tls(config, Dialects.NAMES);
        if (config.development().isPresent()) {
            LOG.warn(
                    "CHATD-201 no certificate is configured (tls.certificate): the one in {} is for trying out, and nobody vouches"
                            + " for it. The fingerprint of its key is {}",
                    config.certificate(),
                    Fingerprint.of(tls.certificate().getPublicKey()).hex());
        }
        return tls;
    }

    /**
     * Loads a certificate and key as a start would, and releases them again. Blocks.
     *
     * @return what an administrator should nevertheless know about it, as sentences; empty if nothing
     * @throws IOException if they can't be used, or the certificate is not valid now
     */
    public static String check(Config.Tls config, Instant now) throws IOException {
        if (config.development().isPresent() && !Files.exists(config.certificate())) {
            // A start makes them.
            return "";
        }
        Tls tls = new Tls(config, Dialects.NAMES);
        tls.release();
        String wrong = invalidity(tls, now);
        if (!wrong.isEmpty()) {
            throw new IOException("tls.certificate: " + config.certificate() + wrong);
        }
        return tls.facts().advice();
    }

    /**
     * Loads a certificate and key as a start would, and releases them again, whether it is valid now or not. Blocks.
     *
     * @throws IOException if they can't be used
     */
    public static void checkUsable(Config.Tls config) throws IOException {
        if (config.development().isEmpty() || Files.exists(config.certificate())) {
            new Tls(config, Dialects.NAMES).release();
        }
    }

    /** Returns why a certificate is not valid now; empty if it is. */
    private static String invalidity(Tls tls, Instant now) {
        return tls.end().isBefore(now)
                ? " expired at " + tls.end()
                : tls.begin().isAfter(now) ? " is not valid before " + tls.begin() : "";
    }

    private static void makeDevelopmentCertificate(
            Path directory, Config.Tls config, String host, SecureRandom random, Instant now) throws IOException {
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
     * Takes over the certificate loaded at startup and starts watching its files.
     *
     * @param config the configuration from which it was loaded
     * @param interval between checks of the files; a change is loaded at the second check that finds the files the same
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
                    checkFiles();
                } catch (RuntimeException e) {
                    LOG.error("CHATD-913 checking the certificate failed", e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void checkFiles() {
        retired.forEach(Tls::release);
        retired = new ArrayList<>();
        TlsFiles now = TlsFiles.of(config);
        if (!now.equals(current.files()) && !now.equals(refused) && now.equals(seen)) {
            try {
                replace(fresh(config));
            } catch (IOException e) {
                refused = now;
                LOG.error(
                        "CHATD-204 the certificate has changed, and can't be used; the previous one stays in force: {}",
                        FileFailure.describe(e));
                audit.logBestEffort(new AuditEvent.CertificateRefused(FileFailure.describe(e)));
            }
        }
        seen = now;
        warn();
    }

    /**
     * Loads the certificate of a new configuration, if it differs from the current one. Blocks.
     *
     * @return whether it differed
     * @throws ConfigException if it can't be used; the previous one stays in force
     */
    public synchronized boolean reload(Config.Tls files) throws ConfigException {
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
            audit.logBestEffort(new AuditEvent.CertificateRefused(FileFailure.describe(e)));
            throw new ConfigException(List.of(FileFailure.describe(e)));
        }
    }

    private Tls fresh(Config.Tls files) throws IOException {
        Tls fresh = new Tls(files, Dialects.NAMES);
        Instant now = clock.instant();
        String wrong = invalidity(fresh, now);
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
        LOG.info("CHATD-202 the certificate of {} is in force; it expires {}", fresh.subject(), fresh.end());
    }

    private void loaded(Tls tls) {
        audit.logBestEffort(new AuditEvent.CertificateLoaded(tls.subject(), tls.fingerprint(), tls.end()));
        if (!tls.facts().advice().isEmpty()) {
            LOG.warn(
                    "CHATD-203 the chain of the certificate is incomplete: {}",
                    tls.facts().advice());
        }
        warn();
    }

    private synchronized void warn() {
        Tls tls = current;
        Duration left = Duration.between(clock.instant(), tls.end());
        Duration due = null;
        Duration life = Duration.between(tls.begin(), tls.end());
        for (Duration warning : WARNINGS) {
            // A short-lived certificate is renewed within days: warn only in the last third of its validity.
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
            LOG.error(
                    "CHATD-206 the certificate of {} expired at {}: nobody can connect. Renew it",
                    tls.subject(),
                    tls.end());
        } else {
            LOG.warn(
                    "CHATD-205 the certificate of {} expires {}, in {} days: renew it",
                    tls.subject(),
                    tls.end(),
                    left.toDays());
        }
        audit.logBestEffort(new AuditEvent.CertificateExpiring(tls.subject(), tls.fingerprint(), tls.end()));
    }

    /** Stops watching the certificate's files. */
    @Override
    public void close() {
        watch.interrupt();
    }
}
