package chatd.client;

import chatd.cli.StandardOutput;
import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.script.ScriptSession;
import chatd.client.talk.Item;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tail}. */
@Command(
        name = "tail",
        description = {
            "Prints messages and presence changes as they arrive, until interrupted.",
            "Over chat-json/1 it goes on after a lost connection: nothing is lost, and nothing comes twice."
        },
        footer = {"", "Example: chat-client --password-file pw log@localhost tail -o jsonl"})
final class TailCommand extends ScriptCommand {
    @Mixin
    private MessagePrinter printer;

    @Option(
            names = "--since",
            paramLabel = "NUMBER",
            description = "Begin with the messages after this number, as -o jsonl prints them (mid).")
    private long since = -1;

    /** Prints what arrives, once what came before is printed. */
    private final class Printing implements ScriptSession.Listener {
        private final List<Item> held = new ArrayList<>();
        private boolean isHeld = since >= 0;
        private long last;

        @Override
        public synchronized void said(Item item) {
            if (isHeld) {
                held.add(item);
            } else {
                print(item);
            }
        }

        private void print(Item item) {
            if (item.number() == 0 || item.number() > last) {
                last = Math.max(last, item.number());
                printer.item(main().out(), item);
                flush();
            }
        }

        @Override
        public synchronized void presence(String name, boolean online) {
            if (!isHeld) {
                printer.presence(main().out(), name, online ? "online" : "offline");
                flush();
            }
        }

        private void flush() {
            main().out().flush();
            if (main().out().checkError()) {
                System.exit(ClientFailure.NO);
            }
        }

        private synchronized void before(List<Item> items) {
            items.forEach(this::print);
        }

        private synchronized void release() {
            isHeld = false;
            held.forEach(this::print);
            held.clear();
        }
    }

    @Override
    void run() throws IOException, UnknownServer, InterruptedException {
        Printing printing = new Printing();
        try (ScriptSession session = session(printing, true)) {
            StandardOutput.onReaderGone(() -> System.exit(0));
            if (since >= 0) {
                List<Item> page = session.numbered().histories().after(since);
                while (!page.isEmpty()) {
                    printing.before(page);
                    page = session.numbered().histories().after(page.getLast().number());
                }
                printing.release();
            }
            throw new ClientFailure(ClientFailure.NO_SERVER, session.end());
        }
    }
}
