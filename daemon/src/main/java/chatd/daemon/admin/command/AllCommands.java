package chatd.daemon.admin.command;

import chatd.admin.api.SystemCalls;
import chatd.audit.write.AuditLog;
import chatd.daemon.admin.AdminCommand;
import chatd.daemon.admin.Role;
import chatd.daemon.config.Configuration;
import chatd.daemon.health.Checks;
import chatd.daemon.health.Facts;
import chatd.daemon.health.Reloader;
import chatd.daemon.health.Running;
import chatd.daemon.limit.Sweeper;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/** All commands of the admin sockets, one class per subject. Closing it stops the sampling for {@code stats}. */
public final class AllCommands implements AutoCloseable {
    private final List<AdminCommand<?, ?, ?>> commands = new ArrayList<>();
    private final StatsCommands stats;

    /** Checks every hour whether anything would keep the daemon from starting again. */
    private final Sweeper nextStartCheck;

    public AllCommands(
            Facts facts,
            Configuration configuration,
            Reloader reloader,
            AuditLog log,
            Running running,
            Checks checks,
            Clock clock) {
        this.stats = new StatsCommands(facts, running, log, checks);
        this.nextStartCheck = new Sweeper("the check of the next start", Duration.ofHours(1), () -> {
            checks.warnOfNextStart();
            return true;
        });
        nextStartCheck.start();
        commands.addAll(new UserCommands(running, configuration, log).all());
        commands.addAll(new SessionCommands(running).all());
        commands.addAll(new GroupCommands(running).all());
        commands.addAll(new RetentionCommands(running, configuration, clock).all());
        commands.addAll(new MessageCommands(running).all());
        commands.addAll(new SearchCommands(running).all());
        commands.addAll(new StorageCommands(running).all());
        commands.addAll(new LogCommands(log, running, new Semaphore(1)).all());
        commands.addAll(new BackupCommands(facts.version(), log, running, clock).all());
        commands.addAll(new ConfigCommands(configuration, reloader).all());
        commands.add(AdminCommand.readOnly(
                SystemCalls.CERTIFICATE,
                Role.all(),
                (request, by, out) -> facts.certificate().get()));
        commands.addAll(stats.all());
    }

    /** Returns all commands, in no particular order. */
    public List<AdminCommand<?, ?, ?>> all() {
        return commands;
    }

    @Override
    public void close() {
        nextStartCheck.close();
        stats.close();
    }
}
