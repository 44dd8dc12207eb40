package chatd.client.command.message;

import chatd.client.command.MessagePrinter;
import chatd.client.command.ScriptCommand;
import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.script.ScriptSession;
import chatd.client.talk.item.HistoryScope;
import chatd.client.talk.item.Item;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.json.Json;
import chatd.text.SafeText;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code receipt}. */
@Command(
        name = "receipt",
        description = {
            "Prints one of the account's messages with its salt, as JSON: with it, `chat-admin log prove` can prove"
                    + " that the server's log has exactly this message; without it, nobody can.",
            "Without a number, lists the last messages with their numbers."
        },
        footerHeading = ScriptCommand.EXAMPLE,
        footer = "  chat-client --password-file pw alice@localhost receipt 12 > 12.json")
public final class ReceiptCommand extends ScriptCommand {
    private static final int MAX_CHARACTERS = 60;
    private static final int MAX_COUNT = 100_000;

    @Mixin
    private MessagePrinter printer;

    @Parameters(paramLabel = "NUMBER", arity = "0..1", description = "The message's number, as in the list.")
    private @Nullable Long number;

    @Option(names = "-n", paramLabel = "N", description = "How many to list; 20 by default.")
    private int count = 20;

    @Override
    protected boolean needsChatJson() {
        return true;
    }

    @Override
    protected void run() throws IOException, UnknownServer, InterruptedException {
        Long wanted = number;
        if (wanted != null && (wanted < 1 || wanted == Long.MAX_VALUE)) {
            throw context().usageError("a message's number is 1 or more");
        }
        if (count < 1 || count > MAX_COUNT) {
            throw context().usageError("-n is 1 to " + MAX_COUNT);
        }
        try (ScriptSession session = session()) {
            if (wanted == null) {
                session.history(new HistoryScope.All(), Optional.empty(), Optional.empty(), count, this::print);
            } else {
                MessageEvent.Message message = session.numbered()
                        .histories()
                        .message(wanted)
                        .orElseThrow(() -> new ClientFailure(
                                ClientFailure.NO_SUCH,
                                "No message " + wanted + " was sent or received by "
                                        + context().user() + ". Without a number, `receipt` lists those that were."));
                context().out().println(MessagePrinter.json(Json.tree(message)));
            }
        }
    }

    private void print(Item item) {
        if (printer.isJson()) {
            MessagePrinter.print(context().out(), MessagePrinter.object(item));
            return;
        }
        List<String> to = item.to().orElse(List.of());
        String shown = SafeText.line((item.isFile() ? "file " + item.file() + ": " : "") + item.text());
        context()
                .out()
                .println("%6d  %s  %s to %s: %s"
                        .formatted(
                                item.number(),
                                MessagePrinter.timeFormatter().format(item.time()),
                                SafeText.line(item.sender()),
                                SafeText.line(to.isEmpty() ? "(everyone)" : String.join(", ", to)),
                                shown.codePointCount(0, shown.length()) <= MAX_CHARACTERS
                                        ? shown
                                        : shown.substring(0, shown.offsetByCodePoints(0, MAX_CHARACTERS)) + "…"));
    }
}
