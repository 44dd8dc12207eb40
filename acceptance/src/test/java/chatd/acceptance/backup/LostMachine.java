package chatd.acceptance.backup;

import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A daemon whose machine is lost, with everything on it, and what is done about it. */
public final class LostMachine {
    private LostMachine() {}

    /** Removes everything that a daemon has on this machine, but for the passwords and the CA, which its users have. */
    public static void lose(LocalDaemon daemon) throws IOException {
        daemon.stop();
        daemon.execute("drop database " + daemon.schema());
        Wire.deleteTree(daemon.auditLog());
        try (var files = Files.list(daemon.directory)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (!name.endsWith(".password") && !name.equals("ca.pem") && !name.equals("chatd.log")) {
                    Wire.deleteTree(file);
                }
            }
        }
    }

    /** Makes a backup of a running daemon, with its keys. */
    public static void backUp(LocalDaemon daemon, Path to) {
        daemon.admin("", "backup", "--with-keys", to.toString()).exits(0);
    }

    /** Restores a backup on a machine that has nothing, and starts the daemon. */
    public static void restore(LocalDaemon daemon, Path from) {
        ProcessResult.admin("", "restore", from.toString()).exits(0);
        daemon.begin();
    }
}
