package chatd.client.command.message;

import chatd.client.command.MessagePrinter;
import chatd.client.command.ScriptCommand;
import chatd.client.net.UnknownServer;
import chatd.client.script.ScriptSession;
import chatd.client.talk.Download;
import chatd.text.SafeText;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code fetch}. */
@Command(
        name = "fetch",
        description = "Fetches a file into --downloads, without overwriting any, and prints its path.",
        footerHeading = ScriptCommand.EXAMPLE,
        footer = "  chat-client --password-file pw --downloads in alice@localhost fetch 7")
public final class FetchCommand extends ScriptCommand {
    private static final long MAX_NUMBER = 0xffff_ffffL;

    @Mixin
    private MessagePrinter printer;

    @Parameters(paramLabel = "ID", description = "The file's number, as printed by history and tail.")
    private long file;

    @Override
    protected void run() throws IOException, UnknownServer, InterruptedException {
        if (file < 0 || file > MAX_NUMBER) {
            throw context().usageError("a file's number is 0 to " + MAX_NUMBER);
        }
        try (ScriptSession session = session();
                Download download = new Download(context().downloads(), SafeText::line, (received, size) -> {})) {
            session.fetch(file, download);
            String path = String.valueOf(download.whole());
            if (printer.isJson()) {
                MessagePrinter.print(
                        context().out(),
                        MessagePrinter.object("fetched")
                                .put("file", file)
                                .put("path", path)
                                .put("size", download.size()));
            } else {
                context().out().println(path);
            }
        }
    }
}
