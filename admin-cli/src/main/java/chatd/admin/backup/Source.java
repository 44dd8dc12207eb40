package chatd.admin.backup;

import chatd.admin.api.BackupCalls;
import chatd.admin.api.CallFailure;
import chatd.admin.api.SystemCalls;
import chatd.admin.terminal.Program;
import chatd.backup.Backup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A daemon whose database and log this program reads by itself.
 *
 * @param isRunning whether it is running, and so has logged the command
 */
public record Source(Backup.Daemon daemon, boolean isRunning) {
    private static final Path CONFIGURATION = Path.of("/etc/chatd/chatd.toml");

    /**
     * Finds the daemon: the running one, or the configuration of one that is not running.
     *
     * @param begin tells the running daemon of the command, so that it is logged and refused to whoever may not give it
     * @param stopped the configuration file of one that is not running; null for the usual one, if it exists
     * @throws IOException if the configuration is not valid
     */
    public static Source find(
            Program program, Supplier<BackupCalls.Begun> begin, Backup.Log log, @Nullable Path stopped)
            throws IOException {
        BackupCalls.Begun begun;
        try {
            begun = begin.get();
        } catch (CallFailure e) {
            if (!e.code().equals(CallFailure.NO_DAEMON)) {
                throw e;
            }
            return stopped(stopped);
        }
        return new Source(running(program, begun, log), true);
    }

    /** Returns the running daemon, for what needs only its configuration. */
    public static Backup.Daemon running(Program program) throws IOException {
        return running(program, new BackupCalls.Begun(Program.version(), ""), position -> {});
    }

    private static Backup.Daemon running(Program program, BackupCalls.Begun begun, Backup.Log log) throws IOException {
        SystemCalls.Options running = program.daemon().call(SystemCalls.CONFIG);
        Map<String, String> environment = new HashMap<>();
        for (SystemCalls.Option option : running.options()) {
            if (option.source().startsWith("environment ")) {
                environment.put(option.source().substring("environment ".length()), option.value());
            }
        }
        return Backup.Daemon.of(
                begun.version(),
                running.file().isEmpty() ? null : Path.of(running.file()),
                environment,
                begun.sealKey(),
                log);
    }

    private static Source stopped(@Nullable Path config) throws IOException {
        Path there = config != null ? config : Files.exists(CONFIGURATION) ? CONFIGURATION : null;
        Map<String, String> environment = new HashMap<>();
        System.getenv().forEach((name, value) -> {
            if (name.startsWith("CHATD_")) {
                environment.put(name, value);
            }
        });
        return new Source(Backup.Daemon.of(Program.version(), there, environment, "", position -> {}), false);
    }
}
