package chatd.daemon.admin;

import chatd.daemon.config.ConfigException;
import java.util.List;

/** How the daemon reads its configuration and its certificate again. Any thread. */
public interface Reloader {
    /**
     * What has another value than before: the options, by their keys, and the certificate.
     *
     * @param inForce from now on
     * @param forNewConnections from now on, for connections that are made
     * @param waiting for a restart
     * @param certificate the one that is shown from now on; empty where it is the one before
     */
    record Reloaded(List<String> inForce, List<String> forNewConnections, List<String> waiting, String certificate) {}

    /**
     * Reads both again, without dropping a connection.
     *
     * @throws ConfigException where one is wrong; all stays as it was
     */
    Reloaded reload() throws ConfigException;
}
