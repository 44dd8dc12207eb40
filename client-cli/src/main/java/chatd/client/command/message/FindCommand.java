package chatd.client.command.message;

import chatd.client.command.MessagePrinter;
import chatd.client.command.ScriptCommand;
import chatd.client.input.PlaceConverter;
import chatd.client.input.TypedSearch;
import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.script.ScriptSession;
import chatd.client.talk.item.Found;
import chatd.client.talk.item.HistoryScope;
import chatd.client.talk.item.Place;
import chatd.client.talk.request.Histories;
import chatd.client.talk.resume.ResumedSession;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.MessageEvent;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code find}. */
@Command(
        name = "find",
        description = {
            "Prints messages that have all these words, the newest first.",
            "A word also finds longer words that begin with it; case and accents are ignored. Words in quotes are found only if they"
                    + " follow one another. Files are searched by name. The exit code is 1 if nothing was found."
        },
        footerHeading = ScriptCommand.EXAMPLES,
        footer = {
            "  chat-client --password-file pw alice@localhost find minutes may",
            "  chat-client --password-file pw alice@localhost find --with Ops --since yesterday -o jsonl '\"red alert\"'"
        })
public final class FindCommand extends ScriptCommand {
    private static final long DEFAULT_COUNT = 20;
    private static final long MAX_COUNT = 1_000_000;

    @Mixin
    private MessagePrinter printer;

    @Parameters(paramLabel = "WORD", arity = "1..*", description = "What to search for.")
    private List<String> words = List.of();

    @Option(
            names = "--with",
            paramLabel = "NAME",
            description = "Only in the conversation with this user or group; * means the one with everyone.")
    private @Nullable String other;

    @Option(names = "--from", paramLabel = "NAME", description = "Only what this user sent.")
    private @Nullable String from;

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            converter = PlaceConverter.class,
            description = "What was sent at this time or later, such as 2026-11-20, \"2026-11-20 14:05\", 14:05 or"
                    + " yesterday.")
    private @Nullable Place since;

    @Option(
            names = "--until",
            paramLabel = "WHEN",
            converter = PlaceConverter.class,
            description = "What was sent before this time.")
    private @Nullable Place until;

    @Option(names = "--media", paramLabel = "text|file", description = "Only texts, or only files.")
    private @Nullable String media;

    @Option(names = "-n", paramLabel = "N", description = "How many at most, by default 20.")
    private long count = DEFAULT_COUNT;

    @Override
    protected boolean needsChatJson() {
        return true;
    }

    @Override
    protected void run() throws IOException, UnknownServer, InterruptedException {
        if (count < 1 || count > MAX_COUNT) {
            throw context().usageError("-n must be 1 to " + MAX_COUNT);
        }
        MessageCommand.Media kind = kind();
        Optional<Instant> begin = time("--since", since);
        Optional<Instant> end = time("--until", until);
        try (ScriptSession session = session()) {
            ResumedSession numbered = session.numbered();
            Found found = numbered.histories()
                    .find(
                            new Histories.SearchQuery(
                                    String.join(" ", words),
                                    numbered.resolve(HistoryScope.named(other)),
                                    Optional.ofNullable(from),
                                    begin,
                                    end,
                                    kind),
                            Long.MAX_VALUE,
                            count);
            found.hits().forEach(hit -> printer.printFound(context().out(), hit));
            if (found.upTo() != MessageEvent.Found.EVERYTHING) {
                System.err.println("chat-client: The server is indexing: messages after number " + found.upTo()
                        + " were not searched.");
            }
            if (found.hits().isEmpty()) {
                throw new ClientFailure(ClientFailure.FAILED, "Nothing was found.");
            }
        }
    }

    private MessageCommand.@Nullable Media kind() {
        try {
            return TypedSearch.media(media);
        } catch (IllegalArgumentException e) {
            throw context().usageError("--media must be text or file, not " + media);
        }
    }

    private Optional<Instant> time(String option, @Nullable Place place) {
        return switch (place) {
            case null -> Optional.empty();
            case Place.Time(Instant time) -> Optional.of(time);
            case Place.Message message -> throw context().usageError(option + " takes a time");
        };
    }
}
