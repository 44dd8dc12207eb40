package chatd.daemon.admin;

import chatd.admin.api.SystemCalls;
import chatd.daemon.config.ConfigException;

/** Reloads the daemon's configuration and certificate. Any thread. */
public interface Reloader {
    /**
     * Reloads both without dropping a connection.
     *
     * @throws ConfigException if either is invalid; nothing changes
     */
    SystemCalls.Reloaded reload() throws ConfigException;
}
