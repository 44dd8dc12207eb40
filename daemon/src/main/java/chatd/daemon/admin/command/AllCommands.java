package chatd.daemon.admin.command;

import chatd.admin.api.SystemCalls;
import chatd.audit.write.AuditLog;
import chatd.certs.ChainFacts;
import chatd.daemon.admin.AdminCommand;
import chatd.daemon.admin.Reloader;
import chatd.daemon.admin.Role;
import chatd.daemon.config.Configuration;
import chatd.daemon.limit.Sweeper;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** All commands of the admin sockets, one class per subject. Closing it stops the sampling for {@code stats}. */
public final class AllCommands implements AutoCloseable {
    private final List<AdminCommand<?, ?, ?>> commands = new ArrayList<>();
    private final StatsCommands stats;

    /** Checks every hour whether anything would keep the daemon from starting again. */
    private final Sweeper nextStartCheck;

    /**
     * Facts about this daemon that commands report.
     *
     * @param tls supplies which implementation of TLS is used
     * @param transport the socket transport in use
     * @param certificate supplies the facts of the certificate now presented to clients
     * @param clock supplies what is suspicious about the machine's clock, as a sentence; empty if nothing is
     */
    public record Facts(
            String version,
            Supplier<String> tls,
            String transport,
            Supplier<ChainFacts> certificate,
            Supplier<String> clock) {}

    public AllCommands(
            Facts facts, Configuration configuration, Reloader reloader, AuditLog log, Running running, Clock clock) {
        Checks checks = new Checks(facts, configuration, reloader, log, clock);
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
