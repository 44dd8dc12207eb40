package chatd.daemon.admin;

import chatd.daemon.config.Config;
import chatd.daemon.trail.AuditTrail;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The Unix sockets for administrators, helpers, moderators and auditors: one for each role. */
public final class AdminSockets implements AutoCloseable {
    private final List<AdminSocket> sockets = new ArrayList<>();

    /**
     * Listens on all of them.
     *
     * @throws IOException if a socket can't be created; the message names it
     */
    public AdminSockets(Config.Admin config, List<AdminCommand<?, ?, ?>> commands, AuditTrail audit)
            throws IOException {
        AdminDispatcher dispatcher = new AdminDispatcher(config, commands, audit);
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
    }
}
