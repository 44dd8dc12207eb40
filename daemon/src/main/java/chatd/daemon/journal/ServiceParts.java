package chatd.daemon.journal;

import chatd.daemon.config.Config;
import chatd.daemon.directory.Directory;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.Stores;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.function.Supplier;

/**
 * What the services are built on, assembled once by the daemon: each takes of it what it needs.
 *
 * @param config as it is in force at each moment
 */
public record ServiceParts(
        Supplier<Config> config,
        Directory directory,
        Journal journal,
        Sessions sessions,
        AuditTrail audit,
        Stores stores,
        SecureRandom random,
        Clock clock) {}
