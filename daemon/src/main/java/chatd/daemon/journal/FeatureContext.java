package chatd.daemon.journal;

import chatd.daemon.config.Config;
import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.disk.DiskSpace;
import chatd.daemon.metrics.Metrics;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.read.Stores;
import chatd.daemon.trail.AuditTrail;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * The dependencies of the services, assembled once by the daemon; each service takes those it needs.
 *
 * @param config supplies the configuration in force at the moment
 * @param disks tells whether there is room on them
 * @param udpPort returns where clients may ask for their address by UDP; 0 if nowhere
 */
public record FeatureContext(
        Supplier<Config> config,
        Directory directory,
        Contacts contacts,
        Journal journal,
        Sessions sessions,
        AuditTrail audit,
        Stores stores,
        DiskSpace disks,
        SecureRandom random,
        Clock clock,
        String version,
        IntSupplier udpPort,
        Metrics metrics) {}
