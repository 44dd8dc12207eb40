package chatd.backup;

import chatd.backup.archive.BackupFailure;
import chatd.daemon.config.Config;
import chatd.daemon.config.ConfigException;
import chatd.daemon.config.ConfigReader;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a daemon's configuration. */
final class Configured {
    private Configured() {}

    /**
     * Reads a configuration as the daemon would.
     *
     * @param file null for none
     * @throws BackupFailure if it is not valid
     */
    static Config read(@Nullable Path file, Map<String, String> environment) throws BackupFailure {
        try {
            return ConfigReader.read(file, environment);
        } catch (ConfigException e) {
            throw new BackupFailure("the configuration is not valid: " + String.join("; ", e.errors()), e);
        }
    }
}
