package chatd.daemon.admin.command;

import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.SessionCalls;
import chatd.daemon.admin.AdminCommand;
import chatd.daemon.admin.Role;
import chatd.daemon.health.Running;
import chatd.daemon.session.Session;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** Implements {@code chat-admin session} and {@code chat-admin broadcast}. */
public record SessionCommands(Running running) {

    public List<AdminCommand<?, ?, ?>> all() {
        return List.of(
                AdminCommand.of(SessionCalls.LIST, Role.all(), (request, by, out) -> {
                    List<Session> online = running.sessions().presence().online().stream()
                            .sorted(Comparator.comparing((Session session) -> String.valueOf(session.name()))
                                    .thenComparing(Session::id))
                            .toList();
                    out.write(online, SessionCommands::shown);
                    return Nothing.NOTHING;
                }),
                AdminCommand.of(
                        SessionCalls.KICK,
                        Role.administratorsAnd(Role.HELPER),
                        (request, by, out) ->
                                shown(running.services().administration().kick(request.session())),
                        "session"),
                AdminCommand.of(
                        SessionCalls.BROADCAST,
                        Role.administrators(),
                        (request, by, out) -> new SessionCalls.Sent(
                                running.services()
                                        .messages()
                                        .broadcast(Objects.requireNonNullElse(request.text(), ""))
                                        .number(),
                                running.sessions().presence().onlineCount())));
    }

    private static SessionCalls.Sessions shown(List<Session> some) {
        return new SessionCalls.Sessions(some.stream()
                .map(session -> new SessionCalls.Session(
                        session.id(),
                        session.name(),
                        session.account(),
                        session.addressText(),
                        session.port(),
                        session.dialect().name(),
                        String.valueOf(session.since()),
                        session.output().waiting()))
                .toList());
    }
}
