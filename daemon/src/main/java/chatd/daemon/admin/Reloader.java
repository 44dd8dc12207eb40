package chatd.daemon.admin;

import chatd.admin.api.SystemCalls;
import chatd.daemon.config.Config;
import chatd.daemon.config.ConfigException;
import java.util.List;

/** Reloads the daemon's configuration and certificate. Any thread. */
public interface Reloader {
    /**
     * Reloads both without dropping a connection.
     *
     * @throws ConfigException if either is invalid; nothing changes
     */
    SystemCalls.Reloaded reload() throws ConfigException;

    /**
     * Returns what would keep a daemon with this configuration from starting, as far as files and directories go, with
     * the rights of this process; empty if nothing would. Blocks.
     */
    List<String> problems(Config config);
}
