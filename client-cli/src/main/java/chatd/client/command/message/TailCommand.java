package chatd.client.command.message;

import chatd.cli.StandardOutput;
import chatd.client.command.MessagePrinter;
import chatd.client.command.ScriptCommand;
import chatd.client.input.PlaceConverter;
import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.script.CatchUpListener;
import chatd.client.script.ScriptSession;
import chatd.client.talk.item.Item;
import chatd.client.talk.item.Place;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tail}. */
@Command(
        name = "tail",
        description = {
            "Prints messages and presence changes as they arrive, until interrupted.",
            "Over chat-json/1 it reconnects after a lost connection: nothing is lost or printed twice."
        },
        footerHeading = ScriptCommand.EXAMPLE,
        footer = "  chat-client --password-file pw log@localhost tail -o jsonl")
public final class TailCommand extends ScriptCommand {
    @Mixin
    private MessagePrinter printer;

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            converter = PlaceConverter.class,
            description =
                    "Begin with what was sent at this time or later, such as 2026-11-20, \"2026-11-20 14:05\", 14:05"
                            + " or yesterday; or after the message with this number, as -o jsonl prints it (mid).")
    private @Nullable Place since;

    /** Prints what arrives. */
    private final class Printing implements ScriptSession.Listener {
        @Override
        public synchronized void received(Item item) {
            printer.printItem(context().out(), item);
            flush();
        }

        @Override
        public synchronized void presence(String name, boolean online) {
            printer.printPresence(context().out(), name, online ? "online" : "offline");
            flush();
        }

        private void flush() {
            context().out().flush();
            if (context().out().checkError()) {
                System.exit(ClientFailure.FAILED);
            }
        }
    }

    @Override
    protected boolean needsChatJson() {
        return since != null;
    }

    @Override
    protected void run() throws IOException, UnknownServer, InterruptedException {
        CatchUpListener listener = new CatchUpListener(new Printing());
        try (ScriptSession session = session(since == null ? new Printing() : listener, true)) {
            StandardOutput.onReaderGone(() -> System.exit(0));
            if (since != null) {
                listener.catchUp(session.numbered().histories(), since);
            }
            throw new ClientFailure(ClientFailure.NO_SERVER, session.end());
        }
    }
}
