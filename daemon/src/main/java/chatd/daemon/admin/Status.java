package chatd.daemon.admin;

import chatd.audit.AuditLog;
import chatd.daemon.service.Journal;
import chatd.daemon.session.Sessions;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** {@code status}: which daemon this is, where it listens, and how it fares. */
record Status(String version, List<InetSocketAddress> listening, Sessions sessions, Journal journal, AuditLog log)
        implements AdminCommand {
    @Override
    public String name() {
        return "status";
    }

    @Override
    public boolean isServedUnlogged() {
        return true;
    }

    @Override
    public Object run(JsonNode request, String by, Lines out) {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("version", version);
        status.put("pid", ProcessHandle.current().pid());
        status.put("java", Runtime.version().toString());
        status.put(
                "listening",
                listening.stream()
                        .map(address ->
                                Map.of("address", address.getAddress().getHostAddress(), "port", address.getPort()))
                        .toList());
        status.put("connections", sessions.all().size());
        status.put("online", sessions.onlineCount());
        status.put("database", journal.isAway() ? "away" : "there");
        String trouble = log.trouble();
        String unpublished = log.unpublished();
        status.put(
                "log",
                trouble != null
                        ? "can't be written: " + trouble
                        : unpublished != null ? "written, but can't be published: " + unpublished : "written");
        status.put("auditLog", log.files().directory().toAbsolutePath().toString());
        return status;
    }
}
