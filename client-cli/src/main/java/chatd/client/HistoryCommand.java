package chatd.client;

import chatd.client.net.UnknownServer;
import chatd.client.script.ScriptSession;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code history}. */
@Command(
        name = "history",
        description = "Prints the last items of the account's history, sent and received, oldest first.",
        footer = {"", "Example: chat-client --password-file pw alice@localhost history -n 100 -o jsonl"})
final class HistoryCommand extends ScriptCommand {
    private static final long MOST = 0xffff_ffffL;

    @Mixin
    private MessagePrinter printer;

    @Option(
            names = "--with",
            paramLabel = "NAME",
            description = "Only the conversation with this user; * is that with everyone.")
    private @Nullable String other;

    @Option(names = "-n", paramLabel = "N", description = "How many; 20 by default. The server has its own limit.")
    private long count = 20;

    @Override
    void run() throws IOException, UnknownServer, InterruptedException {
        if (count < 1 || count > MOST) {
            throw main().wrong("-n is 1 to " + MOST);
        }
        Optional<String> with = Optional.ofNullable(other).map(name -> name.equals("*") ? "" : name);
        try (ScriptSession session = session()) {
            session.history(with, count).forEach(item -> printer.item(main().out(), item));
        }
    }
}
