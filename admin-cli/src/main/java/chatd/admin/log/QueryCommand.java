package chatd.admin.log;

import chatd.admin.api.LogCalls;
import chatd.admin.system.AccountNames;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Input;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Timestamp;
import chatd.audit.read.LogScan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code chat-admin log query}. */
@Command(
        name = "query",
        description = {
            "Shows the events that match all the options given, from all segments. Times are UTC.",
            "Needs no daemon if a directory or a file is given. Otherwise the daemon logs the query, and accounts that"
                    + " have been renamed are shown with their current names."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLES,
        footer = {
            "  chat-admin log query --user alice --since 2026-11-20",
            "  chat-admin log query --type login --outcome refused --address 2001:db8::7",
            "  chat-admin log query --xpath \"@type='text' and to/@name='bob'\" -o json",
            "  chat-admin log query --type admin -o xml /mnt/copy-of-the-log"
        })
final class QueryCommand implements Callable<Integer> {
    private static final Pattern NUMBER = Pattern.compile("U\\d+");

    @ParentCommand
    private LogCommand log;

    @Parameters(
            paramLabel = "DIR|FILE",
            arity = "0..1",
            description = "A log's directory, or one file of it; without it, the running daemon's.")
    private @Nullable Path source;

    @Option(
            names = "--user",
            paramLabel = "NAME",
            completionCandidates = AccountNames.class,
            description = "Events of or to this account: a current or former name, or U and a number.")
    private @Nullable String user;

    @Option(names = "--type", paramLabel = "TYPE", description = "E.g. login, text, admin; audit.xsd lists them all.")
    private @Nullable String type;

    @Option(names = "--outcome", paramLabel = "OUTCOME", description = "ok, refused or failed.")
    private @Nullable String outcome;

    @Option(names = "--address", paramLabel = "ADDRESS", description = "From this address.")
    private @Nullable String address;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = Timestamp.class,
            description = "Start of the time range: 2026-11-20 or 2026-11-20T06:15:00Z.")
    private @Nullable Instant since;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            converter = Timestamp.class,
            description = "End of the time range, exclusive.")
    private @Nullable Instant until;

    @Option(
            names = "--xpath",
            paramLabel = "EXPR",
            description =
                    "An XPath 1.0 expression that must be true, with the event as its context; element names have no"
                            + " prefix.")
    private @Nullable String xpath;

    @Override
    public Integer call() throws IOException {
        EventFilter filter = new EventFilter(type, outcome, address, since, until);
        Path from;
        List<LogCalls.Name> present = new ArrayList<>();
        if (source != null) {
            from = Input.readable(source);
        } else {
            LogCalls.Place place =
                    log.program.daemon().call(LogCalls.QUERY, request(), part -> present.addAll(part.names()));
            from = Input.readable(Path.of(place.directory()));
        }
        try (EventPrinter printer = new EventPrinter(log.program)) {
            printer.updateNames(present);
            Consumer<String> print = line -> {
                EventLine event = EventLine.parse(line);
                if (concerns(event, printer.names())) {
                    printer.print(line, event);
                }
            };
            EventXPath verify = xpath == null ? null : new EventXPath(xpath, print);
            Consumer<String> next = verify == null ? print : verify::take;
            LogScan.scan(from, since, line -> {
                if (filter.isPast(line)) {
                    return false;
                }
                if (filter.mayMatch(line) && filter.matches(line)) {
                    next.accept(line);
                }
                return !log.program.out().checkError();
            });
            if (verify != null) {
                verify.flush();
            }
        }
        return Exit.OK;
    }

    private LogCalls.Query request() {
        return new LogCalls.Query(user, type, outcome, address, text(since), text(until), xpath);
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    private boolean concerns(EventLine event, Map<String, String> names) {
        return user == null
                || isAsked(event.attributes(), names)
                || event.children().stream()
                        .anyMatch(child -> child.kind().equals("to") && isAsked(child.attributes(), names));
    }

    private boolean isAsked(Map<String, String> who, Map<String, String> names) {
        String number = who.getOrDefault("user", "");
        return NUMBER.matcher(String.valueOf(user)).matches()
                ? number.equals(user)
                : String.valueOf(user).equals(who.get("name"))
                        || String.valueOf(user).equals(who.get("was"))
                        || String.valueOf(user).equals(names.get(number));
    }
}
