package chatd.client;

import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.script.Receipts;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.json.Carrier;
import chatd.protocol.json.Json;
import chatd.protocol.value.Secret;
import chatd.text.SafeText;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code receipt}. */
@Command(
        name = "receipt",
        description = {
            "Prints one of the account's messages with its salt, as JSON: with it, `chat-admin log prove` can prove"
                    + " that the server's log has exactly this message; without it, nobody can.",
            "Without a number, lists the last messages with their numbers. The account's other sessions continue"
                    + " (if there are eight, the least recently used one ends)."
        },
        footer = {"", "Example: chat-client --password-file pw alice@localhost receipt 12 > 12.json"})
final class ReceiptCommand extends ScriptCommand {
    private static final int WIDTH = 60;
    private static final int MOST = 100_000;

    @Parameters(paramLabel = "NUMBER", arity = "0..1", description = "The message's number, as in the list.")
    private @Nullable Long number;

    @Option(names = "-n", paramLabel = "N", description = "How many to list; 20 by default.")
    private int count = 20;

    @Override
    void run() throws IOException, UnknownServer {
        Long wanted = number;
        if (wanted != null && (wanted < 1 || wanted == Long.MAX_VALUE)) {
            throw main().wrong("a message's number is 1 or more");
        }
        if (count < 1 || count > MOST) {
            throw main().wrong("-n is 1 to " + MOST);
        }
        main().address();
        Secret password = main().password().require();
        try (Receipts receipts =
                Receipts.logIn(main().server().speaking(Carrier.LINES.protocol()), main().user(), password)) {
            if (wanted == null) {
                receipts.last(count).forEach(message -> main().out().println(line(receipts, message)));
            } else {
                MessageEvent.Message message = receipts.numbered(wanted)
                        .orElseThrow(() -> new ClientFailure(
                                ClientFailure.NO_SUCH,
                                "No message " + wanted + " was sent or received by " + main().user()
                                        + ". Without a number, `receipt` lists those that were."));
                main().out().println(MessagePrinter.json(Json.tree(message)));
            }
        }
    }

    private static String line(Receipts receipts, MessageEvent.Message message) {
        MessageEvent.Stored stored = Receipts.stored(message);
        List<Long> receivers = stored.receivers();
        String to = receivers == null
                ? "(everyone)"
                : receivers.stream().map(receipts::name).collect(Collectors.joining(", "));
        String what = switch (message) {
            case MessageEvent.Text text -> text.text();
            case MessageEvent.FileOffer offer -> "file " + offer.file() + ": " + offer.name();
        };
        String shown = SafeText.line(what);
        return "%6d  %s  %s to %s: %s"
                .formatted(
                        stored.number(),
                        MessagePrinter.time().format(message.time()),
                        SafeText.line(receipts.name(stored.sender())),
                        SafeText.line(to),
                        shown.codePointCount(0, shown.length()) <= WIDTH
                                ? shown
                                : shown.substring(0, shown.offsetByCodePoints(0, WIDTH)) + "…");
    }
}
