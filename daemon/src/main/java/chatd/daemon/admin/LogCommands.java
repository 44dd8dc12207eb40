package chatd.daemon.admin;

import chatd.audit.AuditLog;
import chatd.audit.LogTail;
import chatd.audit.SealPublic;
import chatd.daemon.service.Services;
import chatd.daemon.service.StoredMessages;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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

        @Override
        public boolean isServedUnlogged() {
            return true;
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

    /**
     * {@code log messages}: every stored message with its digest, up to the last one that is logged, which is published
     * then. The comparing is the asker's: a daemon that is itself in doubt does not judge.
     */
    record Messages(AuditLog log, Services services) implements AdminCommand {
        /** What was committed is logged within moments. */
        private static final int PATIENCE_SECONDS = 5;

        @Override
        public String name() {
            return "log messages";
        }

        @Override
        public Object run(JsonNode request, String by, Lines out) throws IOException, InterruptedException {
            long upTo = log.lastMessage();
            log.publish();
            out.write(Map.of("upTo", upTo));
            StoredMessages stored = services.storedMessages();
            long count = 0;
            for (List<StoredMessages.Digested> some = stored.next(upTo); !some.isEmpty(); some = stored.next(upTo)) {
                out.write(Map.of("messages", some));
                count += some.size();
            }
            long beyond = beyond(stored);
            if (beyond > 0) {
                out.write(Map.of("beyond", beyond));
            }
            return Map.of("count", count);
        }

        /** The highest number that is stored, where the log does not have it, and goes on without it; 0 otherwise. */
        private long beyond(StoredMessages stored) throws InterruptedException {
            long highest = stored.highest();
            for (int i = 0; i < PATIENCE_SECONDS * 20 && log.lastMessage() < highest; i++) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
            return log.lastMessage() < highest ? highest : 0;
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
