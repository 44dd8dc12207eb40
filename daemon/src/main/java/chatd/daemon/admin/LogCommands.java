package chatd.daemon.admin;

import chatd.audit.AuditLog;
import chatd.audit.LogTail;
import chatd.audit.SealPublic;
import chatd.daemon.service.Refusal;
import chatd.daemon.service.Services;
import chatd.daemon.service.StoredMessages;
import chatd.protocol.Code;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code chat-admin log} asks of the daemon. */
record LogCommands(AuditLog log, Services services, Semaphore one) {
    private static final int MOST_LINES = 100_000;

    /** What was committed is logged within moments. */
    private static final int PATIENCE_SECONDS = 5;

    /** After these an account may be called otherwise. */
    private static final Pattern NAMING = Pattern.compile(" type=\"(?:account|register)\" .* user=\"U(\\d{1,18})\"");

    private record KeyShown(String id, String algorithm, String pem) {}

    List<AdminCommand> all() {
        return List.of(
                new AdminCommand(
                        "log tail",
                        Role.auditorsToo(),
                        AdminCommand.When.ALWAYS_AND_LONG,
                        List.of("lines", "follow"),
                        this::tail),
                AdminCommand.of(
                        "log query",
                        Role.auditorsToo(),
                        (request, by, out) -> {
                            log.publish();
                            names(out);
                            return Map.of("directory", directory());
                        },
                        "user",
                        "type",
                        "outcome",
                        "address",
                        "since",
                        "until",
                        "xpath"),
                AdminCommand.of("log publish", Role.auditorsToo(), (request, by, out) -> {
                    log.publish();
                    return Map.of(
                            "file", log.files().published().toAbsolutePath().toString());
                }),
                AdminCommand.of("log rotate", Role.administrators(), (request, by, out) -> {
                    log.rotate();
                    return Map.of(
                            "closed",
                            log.files().closed().getLast().toAbsolutePath().toString());
                }),
                AdminCommand.of("log key", Role.auditorsToo(), (request, by, out) -> key()),
                AdminCommand.of("log change-key", Role.administrators(), (request, by, out) -> {
                    log.changeKey();
                    // Its first seal is to be found in the document from now on.
                    log.publish();
                    return key();
                }),
                AdminCommand.of("log anchor", Role.auditorsToo(), (request, by, out) -> {
                    String seal = log.anchor();
                    // It is to be found in the document from now on.
                    log.publish();
                    return Map.of("seal", seal);
                }),
                AdminCommand.of("log messages", Role.auditorsToo(), (request, by, out) -> alone(out)));
    }

    private String directory() {
        return log.files().directory().toAbsolutePath().toString();
    }

    /** Tells the present name of each account, by {@code U} and its number. */
    private void names(AdminCommand.Lines out) {
        out.write(
                "names",
                List.copyOf(services.directory().allNames().entrySet()),
                each -> Map.of("user", "U" + each.getKey(), "name", each.getValue()));
    }

    private Object tail(Request request, String by, AdminCommand.Lines out) throws IOException, InterruptedException {
        names(out);
        try (LogTail tail = new LogTail(log.files(), request.whole("lines", 10, MOST_LINES))) {
            while (true) {
                for (String line = tail.next(); line != null; line = tail.next()) {
                    Matcher naming = NAMING.matcher(line);
                    if (naming.find()) {
                        long number = Long.parseLong(naming.group(1));
                        out.write(Map.of(
                                "names",
                                List.of(Map.of(
                                        "user",
                                        "U" + number,
                                        "name",
                                        services.directory().nameOf(number)))));
                    }
                    out.write(Map.of("line", line));
                }
                if (!request.flag("follow") || !out.areRead()) {
                    break;
                }
                tail.await();
            }
        }
        return Map.of();
    }

    /** The public half of the key that seals. */
    private Object key() throws IOException {
        SealPublic key = log.key();
        if (key == null) {
            throw new IOException("the log has no seals");
        }
        return new KeyShown(key.id(), key.algorithm(), key.pem());
    }

    /** It reads all that is stored, by the connections that log ins use too: one at a time. */
    private Object alone(AdminCommand.Lines out) throws IOException, InterruptedException {
        if (!one.tryAcquire()) {
            throw new Refusal(Code.BUSY, "Somebody is comparing the messages already. Try again when that is done.");
        }
        try {
            return messages(out);
        } finally {
            one.release();
        }
    }

    /**
     * Every stored message with its digest, up to the last one that is logged, which is published then. The comparing is
     * the asker's: a daemon that is itself in doubt does not judge.
     */
    private Object messages(AdminCommand.Lines out) throws IOException, InterruptedException {
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
