package chatd.daemon.admin;

import chatd.admin.api.SystemCalls;
import chatd.daemon.config.ConfigException;

/** How the daemon reads its configuration and its certificate again. Any thread. */
public interface Reloader {
    /**
     * Reads both again, without dropping a connection.
     *
     * @throws ConfigException where one is wrong; all stays as it was
     */
    SystemCalls.Reloaded reload() throws ConfigException;
}
