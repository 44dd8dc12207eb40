package chatd.client.command;

import chatd.client.net.UnknownServer;
import chatd.client.script.ScriptSession;
import chatd.client.talk.Download;
import chatd.text.SafeText;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code export}. */
@Command(
        name = "export",
        description = {
            "Fetches everything that you have on the server into one ZIP file in --downloads, and prints its path: account,"
                    + " contacts, groups, settings, all messages and files, and what the log says of your logins. Open"
                    + " index.html in it.",
            "The server gives it once a day, unless its administrator has turned that off. Whoever has the file can read your"
                    + " messages."
        },
        footerHeading = ScriptCommand.EXAMPLE,
        footer = "  chat-client --password-file pw --downloads . alice@localhost export")
public final class ExportCommand extends ScriptCommand {
    @Mixin
    private MessagePrinter printer;

    @Override
    protected boolean needsChatJson() {
        return true;
    }

    @Override
    protected void run() throws IOException, UnknownServer, InterruptedException {
        try (ScriptSession session = session();
                Download download = new Download(context().downloads(), SafeText::line, (received, size) -> {})) {
            session.numbered().export(download);
            String path = String.valueOf(download.whole());
            if (printer.isJson()) {
                MessagePrinter.print(
                        context().out(),
                        MessagePrinter.object("exported").put("path", path).put("size", download.received()));
            } else {
                context().out().println(path);
            }
        }
    }
}
