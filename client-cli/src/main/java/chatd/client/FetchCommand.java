package chatd.client;

import chatd.client.net.UnknownServer;
import chatd.client.screen.Visible;
import chatd.client.script.Errand;
import chatd.client.talk.Downloads;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code fetch}. */
@Command(
        name = "fetch",
        description = "Fetches a file into --downloads, over no other file, and prints where it is.",
        footer = {"", "Example: chat-client --password-file pw --downloads in alice@localhost fetch 7"})
final class FetchCommand extends ScriptCommand {
    private static final long MOST = 0xffff_ffffL;

    @Parameters(paramLabel = "ID", description = "The file's number, as history and tail have it.")
    private long file;

    @Override
    void run() throws IOException, UnknownServer {
        if (file < 0 || file > MOST) {
            throw main().wrong("a file's number is 0 to " + MOST);
        }
        try (Errand errand = errand();
                Downloads download = new Downloads(main().downloads(), Visible::line, (received, size) -> {})) {
            errand.fetch(file, download);
            main().out().println(download.whole());
        }
    }
}
