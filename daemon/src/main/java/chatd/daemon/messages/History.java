package chatd.daemon.messages;

import chatd.daemon.config.Config;
import chatd.daemon.directory.Directory;
import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.message.Conversation;
import chatd.daemon.model.message.Reader;
import chatd.daemon.session.Session;
import chatd.daemon.session.SessionOutput;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.read.MessageStore;
import chatd.daemon.store.read.Range;
import chatd.protocol.Gate;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.Code;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The messages that a user sent and received (rule 8 of {@code chat-1.md}; {@code chat-json-1.md}, type 19). Runs on the
 * session's own thread, and blocks.
 */
public final class History implements Feature {
    /** Messages read per query: a text may have 64 KiB. */
    public static final int PART = 20;

    private final MessageStore store;
    private final Items items;
    private final Directory directory;
    private final Sessions sessions;
    private final Supplier<Config> config;
    private final Conversations conversations;
    private final Pages pages;

    public History(FeatureContext parts, Conversations conversations, Pages pages) {
        this.store = parts.stores().messages();
        this.items = new Items(parts.stores(), parts.directory());
        this.directory = parts.directory();
        this.sessions = parts.sessions();
        this.config = parts.config();
        this.conversations = conversations;
        this.pages = pages;
    }

    @Override
    public void addTo(Routes routes) {
        routes.unlogged(
                MessageCommand.Replay.class, Gate.LOGGED_IN, (session, command) -> replay(session, command.count()));
        routes.unlogged(MessageCommand.ReadHistory.class, Gate.LOGGED_IN, this::page);
    }

    /**
     * Clears the screen, then sends the last {@code count} items, oldest first, at the pace at which the client reads.
     */
    public void replay(Session session, long count) {
        Reader reader = directory.reader(session.account());
        int limit = (int) Math.min(count, config.get().limits().replay());
        sessions.fanout().answer(session, (answer, upTo) -> {
            List<Long> numbers = limit == 0 ? List.of() : store.last(reader, limit, upTo);
            boolean going = answer.send(new MessageEvent.ClearScreen());
            for (int i = 0; going && i < numbers.size(); i += PART) {
                for (Items.Item item :
                        items.read(reader, numbers.subList(i, Math.min(i + PART, numbers.size())), upTo)) {
                    going = going && answer.send(item.event());
                }
            }
        });
    }

    /** Returns whether more than so many items came to a user's history between two numbers. */
    public boolean hasMoreThan(int limit, Account account, long after, long upTo) {
        Reader reader = directory.reader(account.number()).resuming();
        return items.after(reader, null, after, after, upTo, limit + 1).size() > limit;
    }

    /** Sends what came to a user's history between two numbers, in order, at the pace at which the client reads. */
    public void sendMissed(SessionOutput.Answer answer, Account account, long after, long upTo) {
        Reader reader = directory.reader(account.number()).resuming();
        long last = after;
        boolean going = last < upTo;
        while (going) {
            List<Long> part = items.after(reader, null, after, last, upTo, PART);
            for (Items.Item item : items.read(reader, part, upTo)) {
                going = going && answer.send(item.event());
            }
            going &= part.size() == PART;
            last = part.isEmpty() ? last : part.getLast();
        }
    }

    /**
     * Sends a page, with fewer messages than requested if they are long. It reflects what was
     * delivered before it, and nothing that follows it.
     *
     * @throws Refusal {@link Code#NO_SUCH_USER} if there is no user of the requested name
     */
    public void page(Session session, MessageCommand.ReadHistory command) throws InterruptedException {
        pages.answer(session, deliveredTo -> page(directory.reader(session.account()), command, session, deliveredTo));
    }

    private Event page(Reader reader, MessageCommand.ReadHistory command, Session session, long deliveredTo) {
        Account account = reader.account();
        boolean newest = command.after() < 0;
        long upTo = Math.min(deliveredTo, command.before() - 1);
        Long other = command.with() == null ? null : (Long) conversations.other(account.number(), command.with());
        Long conversation = other == null ? null : (Long) Conversation.of(account.number(), other);
        // One more than requested, to find out whether there are more.
        int count = command.limit() + 1;
        List<Long> numbers = newest
                ? store.numbers(reader, conversation, new Range(0, upTo, count, true))
                : items.after(reader, conversation, command.after(), command.after(), upTo, count);
        boolean more = numbers.size() > command.limit();
        List<Long> wanted = numbers.subList(0, Math.min(numbers.size(), command.limit()));
        PageBuilder page = new PageBuilder(session, directory, command.limit());
        for (int i = 0; i < wanted.size() && !page.isFull(); i += PART) {
            List<Items.Item> part =
                    items.read(reader, wanted.subList(i, Math.min(i + PART, wanted.size())), deliveredTo);
            for (Items.Item item : newest ? part.reversed() : part) {
                if (!page.add(item)) {
                    break;
                }
            }
        }
        SortedMap<Long, Long> read = new TreeMap<>();
        if (other != null && other != Message.EVERYONE) {
            page.addName(other);
            read = conversations.read(account, other);
        }
        List<MessageEvent.Message> shown = newest ? page.items().reversed() : page.items();
        return new MessageEvent.Page(other, shown, more || page.isFull(), page.names(), read);
    }
}
