package chatd.admin.log;

import chatd.admin.api.LogCalls;
import chatd.admin.system.AccountNames;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.admin.terminal.Format;
import chatd.admin.terminal.Input;
import chatd.admin.terminal.Program;
import chatd.admin.terminal.Timestamp;
import chatd.audit.LogFiles;
import chatd.audit.read.LogScan;
import chatd.audit.write.NameTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
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
                    + " have been renamed are shown with their current names. Of a log of numbers (audit.names) the names are read from"
                    + " names.xml beside it."
        },
        mixinStandardHelpOptions = true,
        footerHeading = Program.EXAMPLES,
        footer = {
            "  chat-admin log query --user alice --since 2026-11-20",
            "  chat-admin log query --since 2h --last 50",
            "  chat-admin log query --type login --outcome refused --address 2001:db8::7",
            "  chat-admin log query --xpath \"@type='text' and to/@name='bob'\" -o json",
            "  chat-admin log query --type admin -o xml /mnt/copy-of-the-log"
        })
final class QueryCommand implements Callable<Integer> {
    /** Maximum of {@code --last}: this many lines are kept in memory. */
    private static final int MAX_LAST = 10_000;

    @ParentCommand
    private LogCommand log;

    @Parameters(
            paramLabel = "DIR|FILE",
            arity = "0..1",
            description = "A log's directory, or one file of it; without it, the running daemon's.")
    private @Nullable Path source;

    @Option(
            names = "--user",
            paramLabel = "USER",
            completionCandidates = AccountNames.class,
            description = "Events of or to this account: a current or former name, or U and its number.")
    private @Nullable String user;

    @Option(
            names = "--from",
            paramLabel = "USER",
            completionCandidates = AccountNames.class,
            description = "Events of this account alone, as for --user.")
    private @Nullable String from;

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
            description = "Start of the time range: " + Timestamp.FORMS + ".")
    private @Nullable Instant since;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            converter = Timestamp.class,
            description = "End of the time range, exclusive.")
    private @Nullable Instant until;

    @Option(names = "--last", paramLabel = "N", description = "Only the last N of the matching events.")
    private @Nullable Integer last;

    @Option(
            names = "--xpath",
            paramLabel = "EXPR",
            description =
                    "An XPath 1.0 expression that must be true, with the event as its context; element names have no"
                            + " prefix.")
    private @Nullable String xpath;

    @Override
    public Integer call() throws IOException {
        verifyOptions();
        EventFilter filter = new EventFilter(type, outcome, address, since, until);
        Path place;
        List<LogCalls.Name> present = new ArrayList<>();
        if (source != null) {
            place = Input.requireReadable(source);
            Path directory =
                    Files.isDirectory(place) ? place : place.toAbsolutePath().resolveSibling("");
            NameTable.read(new LogFiles(directory))
                    .forEach((number, name) -> present.add(new LogCalls.Name(number, name)));
        } else {
            LogCalls.LogDirectory running =
                    log.program.daemon().call(LogCalls.QUERY, request(), part -> present.addAll(part.names()));
            place = Input.requireReadable(Path.of(running.directory()));
        }
        try (EventPrinter printer = new EventPrinter(log.program)) {
            printer.updateNames(present);
            UserFilter asked = user == null ? null : new UserFilter(user, printer.names());
            UserFilter sender = from == null ? null : new UserFilter(from, printer.names());
            Matches matches = new Matches(printer, last == null ? 0 : last);
            Consumer<String> ofUser = line -> {
                if ((asked == null || asked.involves(line)) && (sender == null || sender.isBy(line))) {
                    matches.add(line);
                }
            };
            AtomicLong trueCount = new AtomicLong();
            XPathFilter xpathFilter = xpath == null
                    ? null
                    : new XPathFilter(xpath, line -> {
                        trueCount.incrementAndGet();
                        ofUser.accept(line);
                    });
            Consumer<String> next = xpathFilter == null ? ofUser : xpathFilter::add;
            AtomicLong selectedCount = new AtomicLong();
            LogScan.scan(place, since, line -> {
                if (filter.isPast(line)) {
                    return false;
                }
                if (filter.mayMatch(line) && filter.matches(line)) {
                    selectedCount.incrementAndGet();
                    next.accept(line);
                }
                return !log.program.out().checkError();
            });
            if (xpathFilter != null) {
                xpathFilter.flush();
            }
            matches.end();
            if (matches.count() == 0) {
                failOnMistakes(place, filter, asked, user);
                failOnMistakes(place, filter, sender, from);
            }
            if (xpath != null && selectedCount.get() > 0 && trueCount.get() == 0) {
                throw new CommandFailure(
                        Exit.FAILED,
                        "The --xpath matches none of the " + Format.count(selectedCount.get(), "event")
                                + " that the other options select. It is evaluated on each event by itself, as in"
                                + " \"@type='text' and to/@name='bob'\".");
            }
        }
        return Exit.OK;
    }

    private void verifyOptions() {
        if (last != null && (last < 1 || last > MAX_LAST)) {
            throw new CommandFailure(Exit.USAGE, "--last must be 1 to " + MAX_LAST + ", not " + last + ".");
        }
        Timestamp.checkRange(since, until);
        // A copy may come from a machine whose clock is ahead.
        if (source == null && since != null && since.isAfter(Instant.now())) {
            throw new CommandFailure(Exit.USAGE, "--since is in the future: " + since + ".");
        }
    }

    /**
     * Fails if no event can match because of a mistake in the options: a user or an address that is nowhere in the log.
     * Otherwise, no matching event is an answer.
     */
    private void failOnMistakes(Path place, EventFilter filter, @Nullable UserFilter asked, @Nullable String name)
            throws IOException {
        if (asked != null && !asked.isKnown() && isNowhere(place, asked::involves)) {
            throw new CommandFailure(
                    Exit.NOT_FOUND,
                    asked.knowsNames()
                            ? "No user is called " + name + " or was once, and no event of the log names one."
                            : "No event of the log names a user " + name
                                    + ". What users are called now is known to a running daemon only.");
        }
        if (address != null && isNowhere(place, filter::isFromAddress)) {
            throw new CommandFailure(Exit.FAILED, "No event of the log came from " + address + ".");
        }
    }

    private static boolean isNowhere(Path place, Predicate<String> wanted) throws IOException {
        AtomicBoolean isFound = new AtomicBoolean();
        LogScan.scan(place, null, line -> {
            isFound.set(wanted.test(line));
            return !isFound.get();
        });
        return !isFound.get();
    }

    /** The matching events: printed as they are found or, if only the last are wanted, once all have been found. */
    private static final class Matches {
        private final EventPrinter printer;
        private final int most;
        private final Deque<String> kept = new ArrayDeque<>();
        private long count;

        /** @param limit how many of the last to print; 0 to print all */
        Matches(EventPrinter printer, int limit) {
            this.printer = printer;
            this.most = limit;
        }

        void add(String line) {
            count++;
            if (most == 0) {
                printer.print(line, EventLine.parse(line));
                return;
            }
            kept.add(line);
            if (kept.size() > most) {
                kept.remove();
            }
        }

        void end() {
            kept.forEach(line -> printer.print(line, EventLine.parse(line)));
        }

        long count() {
            return count;
        }
    }

    private LogCalls.Query request() {
        return new LogCalls.Query(user, from, type, outcome, address, text(since), text(until), last, xpath);
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }
}
