package chatd.daemon.search;

import chatd.audit.event.AuditEvent;
import chatd.daemon.config.Config;
import chatd.daemon.directory.Directory;
import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.limit.Places;
import chatd.daemon.limit.RateBy;
import chatd.daemon.messages.Conversations;
import chatd.daemon.messages.History;
import chatd.daemon.messages.Items;
import chatd.daemon.messages.PageBuilder;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.message.Reader;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.daemon.trail.AuditTrail;
import chatd.protocol.Gate;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Code;
import chatd.protocol.value.people.User;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.Query;
import org.jspecify.annotations.Nullable;

/**
 * Searches what a user may read (page {@code chat-json-1.md}, "Search"). The index says which messages these are; what they
 * say is read from the ledger, as of now, and searched once more. Runs on the session's own thread, and blocks.
 */
public final class Search implements Feature, AutoCloseable {
    /** Hits taken from the index at once. */
    private static final int PART = 50;

    /** How many accounts search at once. */
    private static final int AT_ONCE = 4;

    /** Maximum time that the index takes for one search; to read the hits is paid for by the page. */
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Indexer indexer;
    private final Items items;
    private final Directory directory;
    private final Sessions sessions;
    private final Conversations conversations;
    /** Apart from those of pages, so that nobody's search has others wait for their history. */
    private final Places places = new Places(AT_ONCE);

    private final AuditTrail audit;
    private final RateBy<Long> rate;
    private final Supplier<Config> config;

    public Search(FeatureContext parts, Conversations conversations) {
        this.directory = parts.directory();
        this.sessions = parts.sessions();
        this.items = new Items(parts);
        this.conversations = conversations;
        this.audit = parts.audit();
        this.config = parts.config();
        this.rate = new RateBy<>(() -> config.get().rates().searches(), most -> most, Duration.ofMinutes(1));
        this.indexer = new Indexer(
                config.get().search().directory(),
                new Ledgered(parts.stores(), directory.groups(), parts.journal().recent()),
                parts.stores().messages()::highest,
                sessions,
                parts.clock());
    }

    public Indexer indexer() {
        return indexer;
    }

    @Override
    public void addTo(Routes routes) {
        routes.unlogged(MessageCommand.Find.class, Gate.LOGGED_IN, this::find);
    }

    private void find(Session session, MessageCommand.Find command) throws InterruptedException {
        Wanted wanted = Wanted.of(command.text());
        // Whoever may ask at will can tell from how long the answers take what stands in others' messages.
        rate.charge(session.account(), 1, "searches a minute are taken from one user");
        MessageEvent.Page page = places.take(session.account(), () -> new Finding(session, command, wanted).page());
        MessageEvent.Found found = page.found();
        if (found != null) {
            log(session, found.hits().size());
        }
        session.answer(page);
    }

    private void log(Session session, int hits) {
        AuditEvent.Found event = new AuditEvent.Found(AuditTrail.who(session), AuditTrail.peer(session), hits);
        if (config.get().audit().find()) {
            audit.log(event);
        } else {
            // Those of an hour are one event.
            audit.hourly("find", null, session, event);
        }
    }

    @Override
    public void close() {
        indexer.close();
    }

    /** One search. */
    private final class Finding {
        private final MessageCommand.Find command;
        private final Wanted wanted;
        private final Reader reader;
        private final @Nullable Long with;
        private final Query query;
        private final long deliveredTo = sessions.fanout().deliveredTo();
        private long left = MOST_NANOS;
        private final PageBuilder page;
        private final List<MessageEvent.Hit> hits = new ArrayList<>();
        private final Set<Long> seen = new HashSet<>();

        /** @throws Refusal if it names a user or a group that does not exist for this one */
        Finding(Session session, MessageCommand.Find command, Wanted wanted) {
            this.command = command;
            this.wanted = wanted;
            this.reader = directory.reader(session.account());
            this.with = command.with() == null ? null : (Long) conversations.other(reader.number(), command.with());
            this.query = query();
            this.page = new PageBuilder(session, directory, command.limit());
        }

        private Query query() {
            BooleanQuery.Builder all = new BooleanQuery.Builder()
                    .add(
                            with == null ? Visible.to(reader, wanted::in) : Visible.to(reader, with, wanted::in),
                            BooleanClause.Occur.FILTER);
            if (command.from() != null) {
                all.add(Visible.tagged(Indexed.Tags.sentBy(sender(command.from()))), BooleanClause.Occur.FILTER);
            }
            if (command.media() != null) {
                all.add(
                        Visible.tagged(Indexed.Tags.FILE),
                        command.media() == MessageCommand.Media.FILE
                                ? BooleanClause.Occur.FILTER
                                : BooleanClause.Occur.MUST_NOT);
            }
            if (command.since() != null || command.until() != null) {
                all.add(Visible.sent(command.since(), command.until()), BooleanClause.Occur.FILTER);
            }
            return all.build();
        }

        private long sender(User from) {
            long number = conversations.other(reader.number(), from);
            if (number == Message.EVERYONE || Addressee.isGroup(number)) {
                throw new Refusal(Code.MALFORMED, "from has to be a user.");
            }
            return number;
        }

        MessageEvent.Page page() {
            long before = Math.min(deliveredTo + 1, command.before());
            long upTo = MessageEvent.Found.EVERYTHING;
            boolean isMore = true;
            while (isMore && !page.isFull()) {
                BooleanQuery older = new BooleanQuery.Builder()
                        .add(query, BooleanClause.Occur.FILTER)
                        .add(Visible.numbered(0, before - 1), BooleanClause.Occur.FILTER)
                        .build();
                long begin = System.nanoTime();
                Indexer.Result result = indexer.search(older, PART, left);
                left -= System.nanoTime() - begin;
                upTo = Math.min(upTo, result.upTo());
                List<Long> numbers = result.messages();
                isMore = numbers.size() == PART;
                for (int i = 0; i < numbers.size() && !page.isFull(); i += History.PART) {
                    add(numbers.subList(i, Math.min(i + History.PART, numbers.size())));
                }
                before = numbers.isEmpty() ? before : numbers.getLast();
            }
            if (with != null && with != Message.EVERYONE) {
                page.name(with);
            }
            return new MessageEvent.Page(
                    with,
                    page.items(),
                    page.isFull(),
                    page.names(),
                    new TreeMap<>(),
                    new MessageEvent.Found(hits, upTo));
        }

        /** Adds those of these messages that have what is wanted, as they are now, until the page is full. */
        private void add(List<Long> numbers) {
            Map<Long, Items.Item> byNumber = new HashMap<>();
            items.read(reader, numbers.stream().distinct().toList(), deliveredTo)
                    .forEach(item -> byNumber.put(item.number(), item));
            for (Long number : numbers) {
                Items.Item item = byNumber.get(number);
                List<MessageEvent.Place> places = item == null || !seen.add(number) ? List.of() : places(item.event());
                if (places.isEmpty() || item == null) {
                    continue;
                }
                if (!page.add(item)) {
                    return;
                }
                hits.add(new MessageEvent.Hit(number, places));
            }
        }

        private List<MessageEvent.Place> places(MessageEvent.Message message) {
            return switch (message) {
                case MessageEvent.Text text -> wanted.places(text.text());
                case MessageEvent.FileOffer file -> wanted.places(file.name());
                default -> List.of();
            };
        }
    }
}
