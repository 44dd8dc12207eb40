package chatd.backup.machine;

import chatd.admin.api.SystemCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a daemon has its configuration from.
 *
 * @param file null if there is none
 * @param environment the {@code CHATD_…} variables of its environment
 */
public record ConfigurationSource(@Nullable Path file, Map<String, String> environment) {
    /** The daemon's unit. */
    public static final String UNIT = "chatd.service";

    private static final Path CONFIGURATION = Path.of("/etc/chatd/chatd.toml");
    private static final String ENVIRONMENT = "environment ";

    /** Returns that of the running daemon, as it says. */
    public static ConfigurationSource ofRunning(SystemCalls.Options running) {
        Map<String, String> environment = new HashMap<>();
        for (SystemCalls.Option option : running.options()) {
            if (option.source().startsWith(ENVIRONMENT)) {
                environment.put(option.source().substring(ENVIRONMENT.length()), option.value());
            }
        }
        return new ConfigurationSource(running.file().isEmpty() ? null : Path.of(running.file()), environment);
    }

    /**
     * Returns that of a daemon which is not running: the given file, or the usual one, if it exists, with what systemd would
     * set for it; and what is set for this process.
     *
     * @throws IOException if what systemd would set can't be read
     */
    public static ConfigurationSource ofStopped(@Nullable Path config) throws IOException {
        Map<String, String> environment = new HashMap<>();
        if (config == null) {
            ServiceUnit unit = ServiceUnit.read(UNIT);
            environment.putAll(unit.isLoaded() ? unit.environment() : Map.of());
        }
        environment.putAll(System.getenv());
        environment.keySet().removeIf(name -> !name.startsWith("CHATD_"));
        return new ConfigurationSource(
                config != null ? config : Files.exists(CONFIGURATION) ? CONFIGURATION : null, environment);
    }
}
