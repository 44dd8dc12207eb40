package chatd.daemon.admin;

import chatd.audit.AuditLog;
import chatd.audit.LogTail;
import chatd.audit.SealPublic;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** What {@code chat-admin log} asks of the daemon. */
final class LogCommands {
    private LogCommands() {}

    record Tail(AuditLog log) implements AdminCommand {
        private static final int MOST = 100_000;

        @Override
        public String name() {
            return "log tail";
        }

        @Override
        public List<Map.Entry<String, String>> arguments(JsonNode request) {
            return List.of(
                    Map.entry("lines", Integer.toString(lines(request))),
                    Map.entry("follow", Boolean.toString(follow(request))));
        }

        private static int lines(JsonNode request) {
            return Math.clamp(request.path("lines").asInt(10), 0, MOST);
        }

        private static boolean follow(JsonNode request) {
            return request.path("follow").asBoolean(false);
        }

        @Override
        public Object run(JsonNode request, String by, Lines out) throws IOException, InterruptedException {
            try (LogTail tail = new LogTail(log.files(), lines(request))) {
                while (true) {
                    for (String line = tail.next(); line != null; line = tail.next()) {
                        out.write(Map.of("line", line));
                    }
                    if (!follow(request)) {
                        break;
                    }
                    tail.await();
                }
            }
            return Map.of();
        }
    }

    record Publish(AuditLog log) implements AdminCommand {
        @Override
        public String name() {
            return "log publish";
        }

        @Override
        public Object run(JsonNode request, String by, Lines out) throws IOException {
            log.publish();
            return Map.of("file", log.files().published().toAbsolutePath().toString());
        }
    }

    record Rotate(AuditLog log) implements AdminCommand {
        @Override
        public String name() {
            return "log rotate";
        }

        @Override
        public Object run(JsonNode request, String by, Lines out) throws IOException {
            log.rotate();
            return Map.of(
                    "closed", log.files().closed().getLast().toAbsolutePath().toString());
        }
    }

    /** {@code log key}: the public half of the key that seals; with {@code change} a new key is made first. */
    record Key(AuditLog log) implements AdminCommand {
        @Override
        public String name() {
            return "log key";
        }

        @Override
        public List<Map.Entry<String, String>> arguments(JsonNode request) {
            return List.of(Map.entry("change", Boolean.toString(change(request))));
        }

        private static boolean change(JsonNode request) {
            return request.path("change").asBoolean(false);
        }

        @Override
        public Object run(JsonNode request, String by, Lines out) throws IOException {
            if (change(request)) {
                log.changeKey();
                // Its first seal is to be found in the document from now on.
                log.publish();
            }
            SealPublic key = log.key();
            if (key == null) {
                throw new IOException("the log has no seals");
            }
            return Map.of("id", key.id(), "algorithm", key.algorithm(), "pem", key.pem());
        }
    }

    record Anchor(AuditLog log) implements AdminCommand {
        @Override
        public String name() {
            return "log anchor";
        }

        @Override
        public Object run(JsonNode request, String by, Lines out) throws IOException {
            String seal = log.anchor();
            // It is to be found in the document from now on.
            log.publish();
            return Map.of("seal", seal);
        }
    }
}
