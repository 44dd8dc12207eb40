package chatd.client.command.message;

import chatd.client.command.MessagePrinter;
import chatd.client.command.ScriptCommand;
import chatd.client.input.PlaceConverter;
import chatd.client.net.UnknownServer;
import chatd.client.script.ScriptSession;
import chatd.client.talk.item.HistoryScope;
import chatd.client.talk.item.Place;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code history}. */
@Command(
        name = "history",
        description = "Prints items of the account's history, sent and received, oldest first.",
        footerHeading = ScriptCommand.EXAMPLES,
        footer = {
            "  chat-client --password-file pw alice@localhost history -n 100 -o jsonl",
            "  chat-client --password-file pw alice@localhost history --since yesterday"
        })
public final class HistoryCommand extends ScriptCommand {
    private static final long MAX_COUNT = 0xffff_ffffL;
    private static final long DEFAULT_COUNT = 20;

    @Mixin
    private MessagePrinter printer;

    @Option(
            names = "--with",
            paramLabel = "NAME",
            description = "Only the conversation with this user or group; * means the one with everyone.")
    private @Nullable String other;

    @Option(
            names = "-n",
            paramLabel = "N",
            description =
                    "How many: the last ones, or with --since, the first ones. The default is 20; with --since, all.")
    private @Nullable Long count;

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            converter = PlaceConverter.class,
            description = "What was sent at this time or later, such as 2026-11-20, \"2026-11-20 14:05\", 14:05 or"
                    + " yesterday; or after the message with this number.")
    private @Nullable Place since;

    @Option(
            names = "--until",
            paramLabel = "WHEN",
            converter = PlaceConverter.class,
            description = "What was sent before this time, or before the message with this number.")
    private @Nullable Place until;

    @Override
    protected boolean needsChatJson() {
        return other != null || since != null || until != null;
    }

    @Override
    protected void run() throws IOException, UnknownServer, InterruptedException {
        if (count != null && (count < 1 || count > MAX_COUNT)) {
            throw context().usageError("-n must be 1 to " + MAX_COUNT);
        }
        long limit = count != null ? count : since == null ? DEFAULT_COUNT : MAX_COUNT;
        try (ScriptSession session = session()) {
            session.history(
                    HistoryScope.named(other),
                    Optional.ofNullable(since),
                    Optional.ofNullable(until),
                    limit,
                    item -> printer.printItem(context().out(), item));
        }
    }
}
