package chatd.client;

import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.script.ScriptSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code send}. */
@Command(
        name = "send",
        description = {
            "Sends a text (after --, or else from standard input) or a file; exit code 0 means that it is stored.",
            "If a recipient is unknown, the exit code is 4, and the others still get it."
        },
        footerHeading = Main.EXAMPLE,
        footer = "  chat-client --password-file pw alice@localhost send bob carol -- Lunch?")
final class SendCommand extends ScriptCommand {
    @Mixin
    private MessagePrinter printer;

    @Parameters(paramLabel = "TO", arity = "0..*", description = "The recipients.")
    private List<String> to = List.of();

    @Option(names = "--all", description = "To everyone.")
    private boolean isToAll;

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "Store it once, however often it is sent with this ID within 7 days (at most 64 bytes).")
    private String id = "";

    @Option(names = "--re", paramLabel = "NUMBER", description = "It answers the message with this number.")
    private long re;

    @Option(names = "--file", paramLabel = "FILE", description = "Send this file.")
    private @Nullable Path file;

    @Override
    void run() throws IOException, UnknownServer, InterruptedException {
        if (to.isEmpty() != isToAll) {
            throw main().wrong("name the recipients, or give --all");
        }
        checkWords();
        Path path = file;
        if (path != null && (!id.isEmpty() || re != 0 || !main().words().isEmpty())) {
            throw main().wrong("--file goes alone: without --id, --re and a text");
        }
        if (re < 0) {
            throw main().wrong("a message's number is 1 or more");
        }
        if (path != null) {
            send(path);
            return;
        }
        try (ScriptSession session = session()) {
            printer.stored(main().out(), session.send(to, text(), re, id));
        } catch (IllegalArgumentException e) {
            throw new ClientFailure(ClientFailure.NO, String.valueOf(e.getMessage()));
        }
    }

    private void send(Path path) throws IOException, UnknownServer, InterruptedException {
        SizeLimits.Sized sized = SizeLimits.file(path);
        try (InputStream content = Files.newInputStream(path);
                ScriptSession session = session()) {
            printer.stored(main().out(), session.send(to, sized.name(), sized.size(), content));
        }
    }
}
