package chatd.admin.backup;

import chatd.admin.api.BackupCalls;
import chatd.admin.api.CallFailure;
import chatd.admin.api.SystemCalls;
import chatd.admin.terminal.Program;
import chatd.backup.Backup;
import chatd.backup.machine.ConfigurationSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A daemon whose database and log this program reads by itself.
 *
 * @param isRunning whether it is running, and so has logged the command
 */
public record Source(Backup.Daemon daemon, boolean isRunning) {
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
        ConfigurationSource source =
                ConfigurationSource.ofRunning(program.daemon().call(SystemCalls.CONFIG));
        return Backup.Daemon.of(begun.version(), source.file(), source.environment(), begun.sealKey(), log);
    }

    private static Source stopped(@Nullable Path config) throws IOException {
        ConfigurationSource source = ConfigurationSource.ofStopped(config);
        return new Source(
                Backup.Daemon.of(Program.version(), source.file(), source.environment(), "", position -> {}), false);
    }
}
