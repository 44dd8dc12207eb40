package chatd.admin.log;

import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Input;
import chatd.admin.terminal.Program;
import chatd.audit.Sha256;
import chatd.audit.form.VerificationListener;
import chatd.audit.read.Verifier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code chat-admin log prove}. */
@Command(
        name = "prove",
        description = {
            "Checks one message, with its salt, against the log: whether it was sent, by whom, to whom and when.",
            "RECEIPT is the message as a JSON client gets it, with mid, time, salt. Needs no daemon if DIR is given.",
            "Exit code 0: it was, and the log is genuine; 1: it was not; 3: it was, but the log is not authenticated."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLE,
        footer = "  chat-admin log prove --key seal.pem message.json /mnt/copy-of-the-log")
final class ProveCommand implements Callable<Integer> {
    private static final int MAX_LATER = 20;

    @ParentCommand
    private LogCommand log;

    @Parameters(paramLabel = "FILE", index = "0", description = "A file with the message.")
    private Path receipt;

    @Parameters(
            paramLabel = "DIR",
            index = "1",
            arity = "0..1",
            description = "The log's directory; without it, the running daemon's.")
    private @Nullable Path directory;

    @Option(
            names = "--content",
            paramLabel = "FILE",
            description = "If the message is a file: the file itself, to be checked too.")
    private @Nullable Path content;

    @Mixin
    private AuditorOptions auditor = new AuditorOptions();

    @Override
    public Integer call() throws IOException {
        Receipt message = Receipt.read(Input.requireReadable(receipt));
        Path where = AuditorOptions.directory(log.program, directory);
        Finder finder = new Finder(message);
        Verifier.Report report = auditor.verify(where, finder);
        String wrong = report.firstError() != null ? report.firstError() : wrong(message, finder);
        if (wrong != null) {
            log.program.out().println("WRONG: " + wrong);
            return Exit.FAILED;
        }
        proved(message, finder).forEach(log.program.out()::println);
        log.program
                .out()
                .println("the log is " + AuditorOptions.verdict(report) + "; the message is seq " + finder.seqs());
        // Events after the last trusted seal may have been written by anybody.
        boolean isSealed = report.isAuthentic() && finder.last() < report.lastAuthenticSeq();
        if (report.isAuthentic() && !isSealed) {
            log.program.out().println("its event is not sealed yet: try again in a minute, or after `log anchor`");
        }
        return isSealed ? Exit.OK : Exit.NOT_AUTHENTICATED;
    }

    private static List<String> proved(Receipt message, Finder finder) {
        List<String> proved = new ArrayList<>();
        for (Receipt.Version version : message.versions()) {
            proved.add(
                    version.number() == message.message()
                            ? "message %d is what %s sent to %s at %s"
                                    .formatted(version.number(), message.sender(), finder.receivers(), version.time())
                            : "message %d is what %s corrected message %d to at %s"
                                    .formatted(version.number(), message.sender(), message.message(), version.time()));
        }
        if (message.versions().isEmpty()) {
            proved.add("message %d was sent by %s to %s; nothing shows its content"
                    .formatted(message.message(), message.sender(), finder.receivers()));
        }
        finder.later.forEach(later -> proved.add(
                later.isRetraction()
                        ? "it was taken back by %s at %s (seq %d)"
                                .formatted(
                                        later.user() == null ? "an administrator" : later.user(),
                                        later.time(),
                                        later.seq())
                        : "it was corrected at %s (seq %d), which is not in this file"
                                .formatted(later.time(), later.seq())));
        return proved;
    }

    private @Nullable String wrong(Receipt message, Finder finder) throws IOException {
        if (message.versions().isEmpty()) {
            SentLine logged = finder.found.get(message.message());
            return logged == null
                    ? notLogged(message.message())
                    : message.isOf(logged) ? null : mismatch(message.message(), logged, "sender or receiver");
        }
        for (Receipt.Version version : message.versions()) {
            SentLine logged = finder.found.get(version.number());
            if (logged == null) {
                return notLogged(version.number());
            }
            if (logged.digest() == null) {
                return "message %d was logged by a version that computed no digests: nothing shows what it was"
                        .formatted(version.number());
            }
            if (!message.isOf(version, logged)) {
                return mismatch(version.number(), logged, "text, sender, receiver, time or salt");
            }
        }
        return content == null ? null : contentMismatch(message.versions().getLast(), Input.requireReadable(content));
    }

    private static String notLogged(long message) {
        return "message " + message + " is not in the log";
    }

    private static String mismatch(long message, SentLine logged, String what) {
        return "message %d was logged (seq %d), but does not match this file: %s differs"
                .formatted(message, logged.seq(), what);
    }

    private static @Nullable String contentMismatch(Receipt.Version message, Path content) throws IOException {
        if (message.sha256() == null) {
            return "message " + message.number() + " is a text, not a file";
        }
        try (InputStream in = Files.newInputStream(content);
                DigestInputStream digested = new DigestInputStream(in, Sha256.digest())) {
            digested.transferTo(java.io.OutputStream.nullOutputStream());
            String sha256 = HexFormat.of().formatHex(digested.getMessageDigest().digest());
            return sha256.equals(message.sha256()) ? null : content + " is not the file that was sent";
        }
    }

    /** Finds the events of one message. */
    private static final class Finder implements VerificationListener {
        private final Set<Long> wanted = new HashSet<>();
        private final long message;
        private final Map<Long, SentLine> found = new TreeMap<>();

        /** Later changes to the message: at most ten corrections, and one retraction. */
        private final List<SentLine> later = new ArrayList<>();

        Finder(Receipt receipt) {
            this.message = receipt.message();
            receipt.versions().forEach(version -> wanted.add(version.number()));
            if (wanted.isEmpty()) {
                wanted.add(message);
            }
        }

        @Override
        public void line(String line) {
            if (!line.contains(" message=\"")) {
                return;
            }
            SentLine sent = SentLine.parse(line);
            if (sent == null) {
                return;
            }
            if (wanted.contains(sent.message())) {
                // The first one: events after the last seal may have been written by anybody.
                found.putIfAbsent(sent.message(), sent);
            } else if (sent.about() == message && !sent.type().equals("reaction") && later.size() < MAX_LATER) {
                later.add(sent);
            }
        }

        String seqs() {
            return String.join(
                    ", ",
                    found.values().stream()
                            .map(event -> Long.toString(event.seq()))
                            .toList());
        }

        long last() {
            return found.values().stream().mapToLong(SentLine::seq).max().orElse(0);
        }

        String receivers() {
            return found.values().stream()
                    .findFirst()
                    .map(SentLine::receivers)
                    .map(some -> String.join(", ", some))
                    .orElse(Format.EVERYONE);
        }
    }
}
