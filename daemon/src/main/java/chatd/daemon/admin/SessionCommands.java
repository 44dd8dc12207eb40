package chatd.daemon.admin;

import chatd.daemon.service.Services;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.Entry;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code chat-admin session} and {@code chat-admin broadcast} ask for. */
record SessionCommands(Services services, Sessions sessions) {
    /** @param message its number */
    private record Sent(long message, int online) {}

    List<AdminCommand> all() {
        return List.of(
                AdminCommand.of("session list", Role.all(), (request, by, out) -> {
                    List<Session> online = sessions.online().stream()
                            .sorted(Comparator.comparing((Session session) -> String.valueOf(session.name()))
                                    .thenComparing(Session::id))
                            .toList();
                    out.write("sessions", online, SessionCommands::shown);
                    return Map.of();
                }),
                AdminCommand.of(
                        "session kick",
                        Role.helpersToo(),
                        (request, by, out) -> services.administration().kick(request.text("session")).stream()
                                .map(SessionCommands::shown)
                                .toList(),
                        "session"),
                AdminCommand.of("broadcast", Role.administrators(), (request, by, out) -> {
                    Entry.Message message = services.messages().broadcast(request.textOr("text", ""));
                    return new Sent(message.number(), sessions.onlineCount());
                }));
    }

    private static Map<String, @Nullable Object> shown(Session session) {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        shown.put("session", session.id());
        shown.put("name", session.name());
        shown.put("number", session.account());
        shown.put("address", session.addressText());
        shown.put("port", session.port());
        shown.put("dialect", session.dialect().name());
        shown.put("since", String.valueOf(session.since()));
        shown.put("unsent", session.waiting());
        return shown;
    }
}
