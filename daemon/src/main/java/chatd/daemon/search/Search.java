package chatd.daemon.search;

import chatd.audit.event.AuditEvent;
import chatd.daemon.config.Config;
import chatd.daemon.directory.Directory;
import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.limit.AccountSlots;
import chatd.daemon.limit.KeyedRateLimit;
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
 * Searches what a user may read (page {@code chat-json-1.md}, "Search"). The index says which
 * messages match; their current content is read from the ledger, and matched again. Runs on the
 * session's own thread, and blocks.
 */
public final class Search implements Feature, AutoCloseable {
    /** Hits taken from the index at once. */
    private static final int PART = 50;

    /** How many accounts search at once. */
    private static final int AT_ONCE = 4;

    /** Maximum time that the index takes for one search; the page limits how many hits are read. */
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Indexer indexer;
    private final Items items;
    private final Directory directory;
    private final Sessions sessions;
    private final Conversations conversations;
    /**
     * Separate from those of {@link chatd.daemon.messages.Pages}, so that nobody's search makes
     * others wait for their history.
     */
    private final AccountSlots places = new AccountSlots(AT_ONCE);

    private final AuditTrail audit;
    private final KeyedRateLimit<Long> rate;
    private final Supplier<Config> config;

    public Search(FeatureContext parts, Conversations conversations) {
        this.directory = parts.directory();
        this.sessions = parts.sessions();
        this.items = new Items(parts.stores(), parts.directory());
        this.conversations = conversations;
        this.audit = parts.audit();
        this.config = parts.config();
        this.rate = new KeyedRateLimit<>(() -> config.get().rates().searches(), limit -> limit, Duration.ofMinutes(1));
        this.indexer = new Indexer(
                config.get().search().directory(),
                new LedgerReader(
                        parts.stores(), directory.groups(), parts.journal().recent()),
                parts.stores().messages()::highest,
                sessions,
                parts.clock());
    }

    public Indexer indexer() {
        return indexer;
    }

    @Override
    public void addTo(Routes routes) {
        routes.unlogged(MessageCommand.SearchMessages.class, Gate.LOGGED_IN, this::find);
    }

    private void find(Session session, MessageCommand.SearchMessages command) throws InterruptedException {
        ParsedSearch wanted = ParsedSearch.of(command.text());
        // Limited: from the timing of unlimited searches, a user could tell what others' messages
        // contain.
        rate.charge(session.account(), 1, "searches a minute are accepted from one user");
        MessageEvent.Page page = places.run(session.account(), () -> new Finding(session, command, wanted).page());
        MessageEvent.Found found = page.found();
        if (found != null) {
            log(session, found.hits().size());
        }
        session.answer(page);
    }

    private void log(Session session, int hits) {
        AuditEvent.Searched event =
                new AuditEvent.Searched(AuditTrail.identityOf(session), AuditTrail.peer(session), hits);
        if (config.get().audit().logSearches()) {
            audit.log(event);
        } else {
            // Those of an hour are one event.
            audit.logHourly("find", null, session, event);
        }
    }

    @Override
    public void close() {
        indexer.close();
    }

    /** One search. */
    private final class Finding {
        private final MessageCommand.SearchMessages command;
        private final ParsedSearch wanted;
        private final Reader reader;
        private final @Nullable Long with;
        private final Query query;
        private final long deliveredTo = sessions.fanout().deliveredTo();
        private long left = MAX_NANOS;
        private final PageBuilder page;
        private final List<MessageEvent.Hit> hits = new ArrayList<>();
        private final Set<Long> seen = new HashSet<>();

        /** @throws Refusal if it names a user or a group that this user can't see */
        Finding(Session session, MessageCommand.SearchMessages command, ParsedSearch wanted) {
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
                            with == null
                                    ? Visible.to(reader, wanted::toQuery)
                                    : Visible.to(reader, with, wanted::toQuery),
                            BooleanClause.Occur.FILTER);
            if (command.from() != null) {
                all.add(Visible.tagged(IndexEntry.Tags.sentBy(sender(command.from()))), BooleanClause.Occur.FILTER);
            }
            if (command.media() != null) {
                all.add(
                        Visible.tagged(IndexEntry.Tags.FILE),
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
                page.addName(with);
            }
            return new MessageEvent.Page(
                    with,
                    page.items(),
                    page.isFull(),
                    page.names(),
                    new TreeMap<>(),
                    new MessageEvent.Found(hits, upTo));
        }

        /** Adds those of these messages that match as they are now, until the page is full. */
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
