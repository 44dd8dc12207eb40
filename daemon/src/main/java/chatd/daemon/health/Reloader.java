package chatd.daemon.health;

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
     * What was found in a configuration.
     *
     * @param errors what would keep a daemon from starting; empty if nothing would
     * @param warnings what should be improved
     */
    record Checked(List<String> errors, List<String> warnings) {}

    /**
     * Checks the files and directories that a configuration names, with the permissions of this
     * process. Blocks.
     */
    Checked check(Config config);

    /**
     * Returns the problems with the files and directories of a configuration that would keep a
     * daemon from starting. Blocks.
     */
    List<String> startupErrors(Config config);
}
