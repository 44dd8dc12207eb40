package chatd.admin.log;

import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Input;
import chatd.admin.terminal.Program;
import chatd.audit.Sha256;
import chatd.audit.form.Watch;
import chatd.audit.read.Verifier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.HexFormat;
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
    @ParentCommand
    private LogCommand log;

    @Parameters(paramLabel = "RECEIPT", index = "0", description = "A file with the message.")
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
        Receipt message = Receipt.read(Input.readable(receipt));
        Path where = AuditorOptions.directory(log.program, directory);
        Finder finder = new Finder(message.message());
        Verifier.Report report = auditor.verify(where, finder);
        String wrong = report.wrong() != null ? report.wrong() : wrong(message, finder.found);
        if (wrong != null) {
            log.program.out().println("WRONG: " + wrong);
            return Exit.NO;
        }
        log.program
                .out()
                .println("message %d is what %s sent to %s at %s"
                        .formatted(message.message(), message.sender(), finder.receivers(), message.time()));
        log.program
                .out()
                .println("the log is " + AuditorOptions.verdict(report) + "; the message is seq " + finder.seq());
        // Events after the last trusted seal may have been written by anybody.
        boolean isSealed = report.isAuthentic() && finder.seq() < report.authentic();
        if (report.isAuthentic() && !isSealed) {
            log.program.out().println("its event is not sealed yet: try again in a minute, or after `log anchor`");
        }
        return isSealed ? Exit.OK : Exit.NOT_AUTHENTICATED;
    }

    private @Nullable String wrong(Receipt message, @Nullable SentLine logged) throws IOException {
        if (logged == null) {
            return "message " + message.message() + " is not in the log";
        }
        if (logged.digest() == null) {
            return "message %d was logged by a version that computed no digests: nothing shows what it was"
                    .formatted(message.message());
        }
        if (!message.isOf(logged)) {
            return "message %d was logged (seq %d), but this is not it: text, sender, receiver, time or salt differs"
                    .formatted(message.message(), logged.seq());
        }
        return content == null ? null : otherContent(message, Input.readable(content));
    }

    private static @Nullable String otherContent(Receipt message, Path content) throws IOException {
        if (message.sha256() == null) {
            return "message " + message.message() + " is a text, not a file";
        }
        try (InputStream in = Files.newInputStream(content);
                DigestInputStream digested = new DigestInputStream(in, Sha256.digest())) {
            digested.transferTo(java.io.OutputStream.nullOutputStream());
            String sha256 = HexFormat.of().formatHex(digested.getMessageDigest().digest());
            return sha256.equals(message.sha256()) ? null : content + " is not the file that was sent";
        }
    }

    /** Finds the event of one message. */
    private static final class Finder implements Watch {
        private final String attribute;
        private final long message;
        private @Nullable SentLine found;

        Finder(long message) {
            this.message = message;
            this.attribute = " message=\"" + message + "\"";
        }

        @Override
        public void line(String line) {
            // The first one: events after the last seal may have been written by anybody.
            if (found == null && line.contains(attribute)) {
                SentLine sent = SentLine.read(line);
                found = sent != null && sent.message() == message ? sent : null;
            }
        }

        long seq() {
            return found == null ? 0 : found.seq();
        }

        String receivers() {
            return found == null || found.receivers() == null ? Format.EVERYONE : String.join(", ", found.receivers());
        }
    }
}
