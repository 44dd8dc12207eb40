package chatd.client;

import chatd.client.net.UnknownServer;
import chatd.client.script.Errand;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code send}. */
@Command(
        name = "send",
        description = {
            "Sends a text (after --, or else from standard input) or a file; exit 0 says that it is stored.",
            "An unknown recipient ends it with 4, though the others were sent it."
        },
        footer = {"", "Example: chat-client --password-file pw alice@localhost send bob carol -- Lunch?"})
final class SendCommand extends ScriptCommand {
    @Parameters(paramLabel = "TO", arity = "0..*", description = "To whom.")
    private List<String> to = List.of();

    @Option(names = "--all", description = "To everyone.")
    private boolean isToAll;

    @Option(names = "--file", paramLabel = "FILE", description = "Send this file.")
    private @Nullable Path file;

    @Override
    void run() throws IOException, UnknownServer {
        if (to.isEmpty() != isToAll) {
            throw main().wrong("name whom to send it to, or --all");
        }
        to.forEach(Main::checkName);
        if (main().words().stream().anyMatch(word -> word.indexOf('\uFFFD') >= 0)) {
            throw main().wrong(
                            "the text has letters that this machine's locale has not: set LC_ALL=C.UTF-8, or give the"
                                    + " text on standard input");
        }
        Path path = file;
        if (path != null) {
            send(path);
            return;
        }
        try (Errand errand = errand()) {
            String text =
                    main().words().isEmpty() ? main().password().rest().strip() : String.join(" ", main().words());
            Carried.check(text);
            errand.send(to, text);
        }
    }

    private void send(Path path) throws IOException, UnknownServer {
        Carried.Sized sized = Carried.file(path);
        try (InputStream content = Files.newInputStream(path);
                Errand errand = errand()) {
            errand.send(to, sized.name(), sized.size(), content);
        }
    }
}
