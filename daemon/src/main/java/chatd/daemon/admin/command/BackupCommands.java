package chatd.daemon.admin.command;

import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.BackupCalls;
import chatd.audit.write.AuditLog;
import chatd.daemon.admin.AdminCommand;
import chatd.daemon.admin.Requester;
import chatd.daemon.admin.Role;
import chatd.daemon.health.Running;
import chatd.daemon.model.Refusal;
import chatd.daemon.store.read.BackupStore;
import chatd.protocol.value.Code;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Implements the daemon's part of {@code chat-admin backup}: closes the log where a backup ends, and records what
 * became of it. The administrator's program reads database and files by itself.
 */
public record BackupCommands(String version, AuditLog log, Running running, Clock clock) {
    private static final Logger LOG = LogManager.getLogger(BackupCommands.class);

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /** How long, in milliseconds, the log may take to contain what was committed; normally it takes moments. */
    private static final long PATIENCE = TimeUnit.MINUTES.toMillis(1);

    private static final long POLL = 20;

    public List<AdminCommand<?, ?, ?>> all() {
        return List.of(
                AdminCommand.of(
                        BackupCalls.BEGIN,
                        Role.administrators(),
                        (request, by, out) ->
                                new BackupCalls.Begun(version, log.key().pem()),
                        "file"),
                AdminCommand.of(BackupCalls.LOG, Role.administrators(), this::closeLog, "position"),
                AdminCommand.of(
                        BackupCalls.MADE,
                        Role.administrators(),
                        this::recordMade,
                        "file",
                        "position",
                        "size",
                        "sha256",
                        "withKeys",
                        "recipients"),
                AdminCommand.of(BackupCalls.FAILED, Role.administrators(), this::recordFailure, "file", "why"));
    }

    /** Begins a new segment once the log has everything up to the position. */
    private Nothing closeLog(BackupCalls.Position request, Requester by, AdminCommand.Parts<Nothing> out)
            throws IOException, InterruptedException {
        for (long waited = 0; Math.max(log.lastMessage(), log.lastChange()) < request.position(); waited += POLL) {
            if (waited >= PATIENCE) {
                throw new Refusal(
                        Code.BUSY,
                        "The log has not yet reached what is stored (position " + request.position()
                                + "). `chat-admin stats --check` says why.");
            }
            TimeUnit.MILLISECONDS.sleep(POLL);
        }
        log.rotate();
        return Nothing.NOTHING;
    }

    private Nothing recordMade(BackupCalls.Made made, Requester by, AdminCommand.Parts<Nothing> out) {
        if (!SHA256.matcher(made.sha256()).matches()) {
            throw new Refusal(Code.MALFORMED, "sha256 must be 64 hexadecimal digits.");
        }
        backups().recordMade(clock.instant(), made.file(), made.position(), made.size(), made.sha256());
        return Nothing.NOTHING;
    }

    private Nothing recordFailure(BackupCalls.Failed failed, Requester by, AdminCommand.Parts<Nothing> out) {
        LOG.error("CHATD-113 the backup to {} failed: {}", failed.file(), failed.why());
        backups().recordFailure(clock.instant(), failed.file(), failed.why());
        return Nothing.NOTHING;
    }

    private BackupStore backups() {
        return running.services().backups();
    }
}
