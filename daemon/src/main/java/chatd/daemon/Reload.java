package chatd.daemon;

import chatd.admin.api.SystemCalls;
import chatd.audit.event.AuditEvent;
import chatd.daemon.config.Config;
import chatd.daemon.config.ConfigException;
import chatd.daemon.config.Configuration;
import chatd.daemon.health.Reloader;
import chatd.daemon.net.tls.Certificates;
import chatd.daemon.net.tls.Tls;
import chatd.daemon.systemd.ServiceManager;
import chatd.daemon.trail.AuditTrail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Reloads the configuration and the certificate, on SIGHUP or on an administrator's command. Any thread. */
final class Reload implements Reloader {
    private static final Logger LOG = LogManager.getLogger(Reload.class);

    private final Configuration configuration;
    private final Certificates certificates;
    private final AuditTrail audit;
    private final ServiceManager systemd;

    Reload(Configuration configuration, Certificates certificates, AuditTrail audit, ServiceManager systemd) {
        this.configuration = configuration;
        this.certificates = certificates;
        this.audit = audit;
        this.systemd = systemd;
    }

    @Override
    public Checked check(Config config) {
        return StartCheck.check(config, Instant.now());
    }

    @Override
    public List<String> startupErrors(Config config) {
        return StartCheck.obstacles(config);
    }

    private static String changes(Configuration.Reloaded options) {
        List<String> changes = new ArrayList<>();
        add(changes, "in force: ", options.inForce());
        add(changes, "for new connections: ", options.forNewConnections());
        add(changes, "at the next start: ", options.pending());
        return changes.isEmpty() ? "nothing has changed" : String.join("; ", changes);
    }

    private static void add(List<String> changes, String when, List<String> options) {
        if (!options.isEmpty()) {
            changes.add(when + String.join(", ", options));
        }
    }

    @Override
    public synchronized SystemCalls.Reloaded reload() throws ConfigException {
        systemd.reloading();
        try {
            Tls before = certificates.get();
            Configuration.Reloaded options = configuration.reload(fresh -> certificates.reload(fresh.tls()));
            audit.logBestEffort(
                    new AuditEvent.Reloaded(options.inForce(), options.forNewConnections(), options.pending()));
            Tls now = certificates.get();
            LOG.info("CHATD-104 the configuration was reloaded: {}", changes(options));
            return new SystemCalls.Reloaded(
                    options.inForce(),
                    options.forNewConnections(),
                    options.pending(),
                    now == before ? "" : now.subject() + ", expires " + now.end());
        } catch (ConfigException e) {
            LOG.error(
                    "CHATD-105 the configuration is invalid, and the previous one stays in force: {}",
                    String.join("; ", e.errors()));
            throw e;
        } finally {
            systemd.reloaded();
        }
    }
}
