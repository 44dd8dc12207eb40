package chatd.daemon.admin;

import chatd.admin.api.SystemCalls;
import chatd.audit.AuditLog;
import chatd.certs.ChainFacts;
import chatd.daemon.config.Config;
import chatd.daemon.config.Configuration;
import chatd.daemon.service.ServiceParts;
import chatd.daemon.service.Services;
import chatd.daemon.session.Sessions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** Where administrators, helpers and auditors find the daemon: a socket for each. */
public final class AdminSockets implements AutoCloseable {
    private final List<AdminSocket> sockets = new ArrayList<>();
    private final StatsCommand stats;

    /**
     * What the daemon is.
     *
     * @param chain of certificates, as clients are shown it
     */
    public record Facts(String version, List<InetSocketAddress> listening, Supplier<List<X509Certificate>> chain) {}

    /**
     * Listens on all of them.
     *
     * @throws IOException where a socket can't be made; the message says which
     */
    public AdminSockets(
            Facts facts,
            Configuration configuration,
            Reloader reloader,
            ServiceParts parts,
            Services services,
            AuditLog log)
            throws IOException {
        Sessions sessions = parts.sessions();
        this.stats = new StatsCommand(facts, parts, services, log);
        List<AdminCommand<?, ?, ?>> commands = new ArrayList<>();
        commands.addAll(new UserCommands(services, sessions).all());
        commands.addAll(new SessionCommands(services, sessions).all());
        commands.addAll(new LogCommands(log, services, new Semaphore(1)).all());
        commands.addAll(new ConfigCommands(configuration, reloader).all());
        commands.add(AdminCommand.shows(
                SystemCalls.CERTIFICATE,
                Role.all(),
                (request, by, out) -> ChainFacts.of(facts.chain().get())));
        commands.addAll(stats.all());
        Config.Admin config = configuration.get().admin();
        AdminDispatcher dispatcher = new AdminDispatcher(config, commands, parts.audit());
        try {
            for (Role role : Role.values()) {
                sockets.add(new AdminSocket(config.directory(), role, dispatcher));
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    @Override
    public void close() {
        sockets.forEach(AdminSocket::close);
        stats.close();
    }
}
