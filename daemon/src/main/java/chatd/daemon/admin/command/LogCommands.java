package chatd.daemon.admin.command;

import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.LogCalls;
import chatd.audit.read.LogTail;
import chatd.audit.seal.SealPublicKey;
import chatd.audit.write.AuditLog;
import chatd.daemon.admin.AdminCommand;
import chatd.daemon.admin.Request;
import chatd.daemon.admin.Requester;
import chatd.daemon.admin.Role;
import chatd.daemon.directory.Directory;
import chatd.daemon.health.Running;
import chatd.daemon.messages.StoredMessages;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.protocol.value.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Implements {@code chat-admin log}. */
public record LogCommands(AuditLog log, Running running, Semaphore comparisonPermit) {
    private static final int MAX_LINES = 100_000;

    /** Bytes of lines after which a part of an answer ends. */
    private static final int MAX_PART_BYTES = 64 << 10;

    /** Maximum wait, in seconds, for the log to contain the last committed message; normally it takes moments. */
    private static final int PATIENCE_SECONDS = 5;

    /** Log events after which an account's name may have changed. */
    private static final Pattern NAME_CHANGE =
            Pattern.compile(" type=\"(?:account|register)\" .* user=\"U(\\d{1,18})\"");

    public List<AdminCommand<?, ?, ?>> all() {
        return List.of(
                new AdminCommand<>(
                        LogCalls.TAIL,
                        Role.administratorsAnd(Role.AUDITOR),
                        AdminCommand.LogMode.START_AND_END,
                        List.of("lines", "follow"),
                        this::tail),
                new AdminCommand<>(
                        LogCalls.FOLLOW,
                        Role.administratorsAnd(Role.AUDITOR),
                        AdminCommand.LogMode.START_AND_END,
                        List.of("from", "follow"),
                        this::follow),
                AdminCommand.of(
                        LogCalls.QUERY,
                        Role.administratorsAnd(Role.AUDITOR),
                        (request, by, out) -> {
                            log.publish();
                            out.write(names(), LogCalls.Names::new);
                            return new LogCalls.LogDirectory(directory());
                        },
                        "user",
                        "from",
                        "type",
                        "outcome",
                        "address",
                        "since",
                        "until",
                        "last",
                        "xpath"),
                AdminCommand.of(LogCalls.PUBLISH, Role.administratorsAnd(Role.AUDITOR), (request, by, out) -> {
                    log.publish();
                    return new LogCalls.Published(
                            log.files().published().toAbsolutePath().toString());
                }),
                AdminCommand.of(LogCalls.ROTATE, Role.administrators(), (request, by, out) -> {
                    log.rotate();
                    return new LogCalls.Rotated(
                            log.files().closed().getLast().toAbsolutePath().toString());
                }),
                AdminCommand.of(LogCalls.KEY, Role.administratorsAnd(Role.AUDITOR), (request, by, out) -> key()),
                AdminCommand.of(LogCalls.CHANGE_KEY, Role.administrators(), (request, by, out) -> {
                    log.changeKey();
                    // So that the published document contains the key's first seal.
                    log.publish();
                    return key();
                }),
                AdminCommand.of(LogCalls.ANCHOR, Role.administratorsAnd(Role.AUDITOR), (request, by, out) -> {
                    String seal = log.anchor();
                    // So that the published document contains the anchored seal.
                    log.publish();
                    return new LogCalls.Anchor(seal);
                }),
                AdminCommand.of(
                        LogCalls.MESSAGES,
                        Role.administratorsAnd(Role.AUDITOR),
                        (request, by, out) -> messagesExclusively(out)));
    }

    private String directory() {
        return log.files().directory().toAbsolutePath().toString();
    }

    /** Returns the current name of each account; empty until the accounts are loaded. */
    private List<LogCalls.Name> names() {
        return accounts().stream()
                .flatMap(directory -> directory.allNames().entrySet().stream())
                .map(each -> name(each.getKey(), each.getValue()))
                .toList();
    }

    private Optional<Directory> accounts() {
        return running.ifStarted().map(parts -> parts.services().directory());
    }

    private static LogCalls.Name name(long number, String name) {
        return new LogCalls.Name("U" + number, name);
    }

    private Nothing tail(LogCalls.Tail asked, Requester by, AdminCommand.Parts<LogCalls.TailPart> out)
            throws IOException, InterruptedException {
        int lines = Request.within("lines", asked.lines(), 10, MAX_LINES);
        out.write(names(), some -> new LogCalls.TailPart(some, null));
        try (LogTail tail = LogTail.ofLast(log.files(), log::appended, lines)) {
            while (true) {
                for (byte[] next = tail.next(); next != null; next = tail.next()) {
                    String line = new String(next, StandardCharsets.UTF_8);
                    if (line.startsWith("<audit ")) {
                        continue;
                    }
                    Matcher naming = NAME_CHANGE.matcher(line);
                    if (naming.find()) {
                        long number = Long.parseLong(naming.group(1));
                        Optional<Account> account = accounts().flatMap(directory -> directory.find(number));
                        if (account.isPresent()) {
                            out.write(new LogCalls.TailPart(
                                    List.of(name(number, account.get().name())), null));
                        }
                    }
                    out.write(new LogCalls.TailPart(null, line));
                }
                if (!asked.follow() || !out.isClientReading()) {
                    break;
                }
                tail.pause();
            }
        }
        return Nothing.NOTHING;
    }

    /** Writes the lines that are on disk, so that none of them is ever taken back. */
    private Nothing follow(LogCalls.Follow asked, Requester by, AdminCommand.Parts<LogCalls.FollowPart> out)
            throws IOException, InterruptedException {
        log.publish();
        out.write(new LogCalls.FollowPart(log.lastSeq(), List.of()));
        try (LogTail tail = LogTail.ofSegmentWith(log.files(), log::forced, asked.from())) {
            while (true) {
                List<String> lines = nextLines(tail);
                if (!lines.isEmpty()) {
                    out.write(new LogCalls.FollowPart(null, lines));
                } else if (!asked.follow() || !out.isClientReading()) {
                    return Nothing.NOTHING;
                } else {
                    tail.pause();
                }
            }
        }
    }

    private static List<String> nextLines(LogTail tail) throws IOException {
        List<String> lines = new ArrayList<>();
        int bytes = 0;
        while (bytes < MAX_PART_BYTES) {
            byte[] line = tail.next();
            if (line == null) {
                break;
            }
            bytes += line.length;
            lines.add(new String(line, StandardCharsets.UTF_8));
        }
        return lines;
    }

    /** Returns the public half of the sealing key. */
    private LogCalls.Key key() {
        SealPublicKey key = log.key();
        return new LogCalls.Key(key.id(), key.algorithm(), key.pem());
    }

    /** Runs {@link #messages}, only once at a time: it reads the whole store, through the pool that logins also use. */
    private LogCalls.Count messagesExclusively(AdminCommand.Parts<LogCalls.Stored> out)
            throws IOException, InterruptedException {
        if (!comparisonPermit.tryAcquire()) {
            throw new Refusal(Code.BUSY, "Somebody is comparing the messages already. Try again when that is done.");
        }
        try {
            return messages(out);
        } finally {
            comparisonPermit.release();
        }
    }

    /**
     * Publishes the log and writes the digest of every stored message and amendment up to the last logged one. The client compares
     * them, because a daemon that is itself under suspicion must not be the judge.
     */
    private LogCalls.Count messages(AdminCommand.Parts<LogCalls.Stored> out) throws IOException, InterruptedException {
        long upTo = log.lastMessage();
        log.publish();
        out.write(new LogCalls.Stored(upTo, null, null, null));
        StoredMessages stored = running.services().storedMessages();
        long count = 0;
        for (List<StoredMessages.Digested> some = stored.next(upTo); !some.isEmpty(); some = stored.next(upTo)) {
            List<LogCalls.Digested> shown = some.stream()
                    .map(each -> new LogCalls.Digested(each.message(), each.digest(), each.takenBack()))
                    .toList();
            out.write(new LogCalls.Stored(null, shown, null, null));
            count += some.size();
        }
        List<LogCalls.Numbers> expired = stored.expiredSince(upTo).stream()
                .map(range -> new LogCalls.Numbers(range.from(), range.to()))
                .toList();
        if (!expired.isEmpty()) {
            out.write(new LogCalls.Stored(null, null, null, expired));
        }
        long beyond = highestUnlogged(stored);
        if (beyond > 0) {
            out.write(new LogCalls.Stored(null, null, beyond, null));
        }
        return new LogCalls.Count(count);
    }

    /**
     * Returns the highest stored message number if the log still lacks it after {@link #PATIENCE_SECONDS}; 0 otherwise.
     */
    private long highestUnlogged(StoredMessages stored) throws InterruptedException {
        long highest = stored.highest();
        for (int i = 0; i < PATIENCE_SECONDS * 20 && log.lastMessage() < highest; i++) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return log.lastMessage() < highest ? highest : 0;
    }
}
