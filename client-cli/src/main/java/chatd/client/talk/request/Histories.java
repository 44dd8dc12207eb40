package chatd.client.talk.request;

import chatd.client.talk.View;
import chatd.client.talk.item.ConversationSummary;
import chatd.client.talk.item.Found;
import chatd.client.talk.item.HistoryScope;
import chatd.client.talk.item.Item;
import chatd.client.talk.item.Place;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.people.User;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A user's conversations and their history: read in pages, and marked as read. Its methods block until the server has
 * answered, unless they say otherwise.
 */
public final class Histories {
    /** Maximum number of conversations searched for unread messages. */
    private static final int MAX_CONVERSATIONS = 1_000;

    private final Requests requests;
    private final People people;
    private final View view;
    private final Function<MessageEvent.Message, Item> items;

    /**
     * The number of each conversation's latest message shown and not marked as read, by the other
     * side.
     */
    @GuardedBy("this")
    private final Map<Long, Long> unmarked = new HashMap<>();

    /** @param items makes an item of a stored message */
    public Histories(Requests requests, People people, View view, Function<MessageEvent.Message, Item> items) {
        this.requests = requests;
        this.people = people;
        this.view = view;
        this.items = items;
    }

    /** Records that a message of somebody else was shown. */
    public synchronized void shown(long with, long number) {
        unmarked.put(with, number);
    }

    /** Records that the user has read a conversation on another device. */
    public synchronized void read(long with, long number) {
        unmarked.computeIfPresent(with, (_, shown) -> shown <= number ? null : shown);
    }

    /**
     * Part of a history.
     *
     * @param items oldest first
     * @param hasMore whether there is more, in the direction in which it was read
     */
    public record Part(List<Item> items, boolean hasMore) {}

    /**
     * Returns the last items before a message. Blocks.
     *
     * @param before only messages with a lower number
     */
    public Part last(HistoryScope scope, long before, long count) throws IOException, InterruptedException {
        return last(scope, before, count, read -> {});
    }

    /**
     * As above; if the thread is interrupted, returns what was read so far.
     *
     * @param progress called with the number of items read so far
     */
    public Part last(HistoryScope scope, long before, long count, LongConsumer progress)
            throws IOException, InterruptedException {
        // Newest page first.
        Deque<Item> all = new ArrayDeque<>();
        boolean hasMore = true;
        for (long to = before; hasMore && all.size() < count; ) {
            long limit = Math.min(MessageCommand.ReadHistory.MAX_LIMIT, count - all.size());
            try {
                MessageEvent.Page page = page(scope, to, -1, (int) limit);
                items(page).reversed().forEach(all::addFirst);
                hasMore = page.more() && !page.items().isEmpty();
                to = all.isEmpty() ? 0 : all.getFirst().number();
                progress.accept(all.size());
            } catch (InterruptedException e) {
                if (all.isEmpty()) {
                    throw e;
                }
                return new Part(List.copyOf(all), true);
            }
        }
        return new Part(List.copyOf(all), hasMore);
    }

    /**
     * Returns the first items after a message, at most 200. Blocks.
     *
     * @param after only messages with a higher number
     * @param before only messages with a lower number
     */
    public Part first(HistoryScope scope, long after, long before, long count)
            throws IOException, InterruptedException {
        MessageEvent.Page page =
                page(scope, before, after, (int) Math.min(MessageCommand.ReadHistory.MAX_LIMIT, count));
        return new Part(items(page), page.more() && !page.items().isEmpty());
    }

    /**
     * Reads the part of a history after one place and before another, page by page: its last items,
     * or its first ones if {@code since} is given. Blocks.
     *
     * @param to receives the items, oldest first
     */
    public void read(HistoryScope scope, Optional<Place> since, Optional<Place> until, long count, Consumer<Item> to)
            throws IOException, InterruptedException {
        long before = switch (until.orElse(null)) {
            case null -> Long.MAX_VALUE;
            case Place.Message(long number) -> number;
            case Place.Time time -> after(scope, time) + 1;
        };
        if (since.isEmpty()) {
            last(scope, before, count).items().forEach(to);
            return;
        }
        long after = after(scope, since.get());
        long left = count;
        Part part;
        do {
            part = first(scope, after, before, left);
            part.items().forEach(to);
            left -= part.items().size();
            after = part.items().isEmpty() ? after : part.items().getLast().number();
        } while (part.hasMore() && left > 0);
    }

    /**
     * Returns the number after which a history continues from a place: after a message, without it;
     * from a time on, with what was sent then. Blocks.
     *
     * @return 0 for its beginning
     */
    public long after(HistoryScope scope, Place place) throws IOException, InterruptedException {
        return switch (place) {
            case Place.Message(long number) -> number;
            case Place.Time(Instant time) -> lastBefore(scope, time);
        };
    }

    /** Bisects by number: times grow with the numbers. Returns the last number before a time. */
    private long lastBefore(HistoryScope scope, Instant time) throws IOException, InterruptedException {
        long last = 0;
        // Messages numbered up to low are from before that time; those from high on are not.
        long low = 0;
        long high = Long.MAX_VALUE;
        while (high - low > 1) {
            long to = high == Long.MAX_VALUE ? high : low + (high - low) / 2 + 1;
            List<Item> found = last(scope, to, 1).items();
            if (!found.isEmpty() && !found.getFirst().time().isBefore(time)) {
                high = found.getFirst().number();
            } else {
                last = found.isEmpty() ? 0 : found.getFirst().number();
                low = to - 1;
            }
        }
        return last;
    }

    /**
     * What to search for.
     *
     * @param text the words, and phrases in quotes
     * @param from who sent it; empty for anybody
     * @param since the earliest time; empty for no bound
     * @param until the time before which it was sent; empty for no bound
     * @param media null for texts and files
     */
    public record SearchQuery(
            String text,
            HistoryScope scope,
            Optional<String> from,
            Optional<Instant> since,
            Optional<Instant> until,
            MessageCommand.@Nullable Media media) {}

    /**
     * Searches. Blocks.
     *
     * @param before only messages with a lower number
     */
    public Found find(SearchQuery wanted, long before, long count) throws IOException, InterruptedException {
        List<Found.Hit> hits = new ArrayList<>();
        boolean hasMore = true;
        long upTo = MessageEvent.Found.EVERYTHING;
        for (long to = before; hasMore && hits.size() < count; ) {
            long older = to;
            int limit = (int) Math.min(MessageCommand.ReadHistory.MAX_LIMIT, count - hits.size());
            MessageEvent.Page page = requests.request(
                    id -> new MessageCommand.SearchMessages(
                            wanted.text(),
                            user(wanted.scope()),
                            wanted.from().map(people::user).orElse(null),
                            wanted.since().orElse(null),
                            wanted.until().orElse(null),
                            wanted.media(),
                            older,
                            limit,
                            id),
                    MessageEvent.Page.class);
            people.learn(page.names());
            MessageEvent.Found found = page.found();
            List<Item> items = items(page);
            for (int i = 0; found != null && i < items.size(); i++) {
                hits.add(new Found.Hit(items.get(i), found.hits().get(i).places()));
            }
            upTo = found == null ? upTo : Math.min(upTo, found.upTo());
            hasMore = page.more() && !items.isEmpty();
            to = hits.isEmpty() ? 0 : hits.getLast().item().number();
        }
        return new Found(hits, hasMore, upTo);
    }

    private MessageEvent.Page page(HistoryScope scope, long before, long from, int limit)
            throws IOException, InterruptedException {
        MessageEvent.Page page = requests.request(
                id -> new MessageCommand.ReadHistory(user(scope), before, from, limit, id), MessageEvent.Page.class);
        people.learn(page.names());
        return page;
    }

    /** Returns the other side of the only conversation that is meant; null for all. */
    private @Nullable User user(HistoryScope scope) {
        return switch (scope) {
            case HistoryScope.All _ -> null;
            case HistoryScope.Everyone _ -> new User.Named("");
            case HistoryScope.With(String recipient) -> people.user(recipient);
        };
    }

    private List<Item> items(MessageEvent.Page page) {
        return page.items().stream().map(items).toList();
    }

    /** Returns a message of the user's history as it is now; empty if there is none, or if it was taken back. Blocks. */
    public Optional<Item> item(long number) throws IOException, InterruptedException {
        return last(new HistoryScope.All(), number + 1, 1).items().stream()
                .filter(item -> item.number() == number && item.isMessage())
                .findFirst();
    }

    /**
     * Returns one of the user's own messages, with the fields that bind it to the server's log;
     * empty if there is none. Blocks.
     */
    public Optional<MessageEvent.Message> message(long number) throws IOException, InterruptedException {
        return page(new HistoryScope.All(), number + 1, number - 1, 1).items().stream()
                .findFirst();
    }

    /** Returns the user's conversations, by their last message, the newest first. Blocks. */
    public List<ConversationSummary> conversations(int max) throws IOException, InterruptedException {
        List<ConversationSummary> all = new ArrayList<>();
        boolean hasMore = true;
        for (long before = Long.MAX_VALUE; hasMore && all.size() < max; ) {
            long from = before;
            int limit = Math.min(MessageCommand.ListConversations.MAX_LIMIT, max - all.size());
            MessageEvent.Conversations page = requests.request(
                    id -> new MessageCommand.ListConversations(from, limit, id), MessageEvent.Conversations.class);
            people.learn(page.names());
            page.items()
                    .forEach(one -> all.add(new ConversationSummary(
                            one,
                            items.apply(one.last()),
                            Addressee.isGroup(one.with()) ? people.name(one.with()) : one.name())));
            hasMore = page.more() && !page.items().isEmpty();
            before = all.isEmpty() ? 0 : all.getLast().last().number();
        }
        return all;
    }

    /** Returns the conversations with something unread, the newest first. Blocks. */
    public List<ConversationSummary> unread() throws IOException, InterruptedException {
        return conversations(MAX_CONVERSATIONS).stream()
                .filter(one -> one.conversation().unread().count() > 0
                        || one.conversation().attention().unread())
                .toList();
    }

    /**
     * Shows what is unread of a conversation, at most 100 messages, and marks it as read. Blocks.
     *
     * @return whether there is more
     */
    public boolean readUnread(ConversationSummary summary) throws IOException, InterruptedException {
        MessageEvent.Page page = page(
                HistoryScope.of(summary.with()),
                Long.MAX_VALUE,
                summary.conversation().read(),
                MessageCommand.ReadHistory.MAX_LIMIT / 2);
        // Own messages between the mark and the first message of somebody else are not unread.
        List<Item> unread = items(page).stream().dropWhile(Item::isMine).toList();
        view.replayed(new View.Replay(View.Reason.UNREAD, unread, false, page.more()));
        if (!unread.isEmpty()) {
            markNow(summary.conversation().with(), unread.getLast().number());
        }
        if (summary.conversation().attention().unread()) {
            requests.command(id -> new MessageCommand.ChangeConversationPreferences(
                    People.other(summary.conversation().with()), null, null, false, id));
        }
        return page.more();
    }

    /**
     * Marks a conversation as read up to a message; an empty name means the one with everyone.
     * Blocks until it is stored.
     */
    public void mark(String with, long number) throws IOException, InterruptedException {
        requests.command(id -> new MessageCommand.MarkRead(people.user(with), number, id));
    }

    /**
     * Marks as read what was shown of the conversations with some people; does not wait. A mark
     * that fails is retried the next time.
     *
     * @param with nobody means everyone
     */
    public void markShown(List<String> with) {
        Map<Long, Long> due = new HashMap<>();
        synchronized (this) {
            unmarked.forEach((other, number) -> {
                if (with.isEmpty()
                        ? other == Addressee.EVERYONE
                        : with.stream().anyMatch(one -> people.isCalled(other, one))) {
                    due.put(other, number);
                }
            });
            unmarked.keySet().removeAll(due.keySet());
        }
        due.forEach(this::markNow);
    }

    /**
     * Sends the mark at once, so that the next request sees it, and waits for the answer on another
     * thread.
     */
    private void markNow(long with, long number) {
        try {
            String id = Requests.id();
            Request request = requests.ask(
                    id, new MessageCommand.MarkRead(People.other(with), number, id), SessionEvent.Accepted.class);
            Thread.startVirtualThread(() -> {
                try {
                    request.await();
                } catch (IOException e) {
                    markLater(with, number);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        } catch (IOException e) {
            markLater(with, number);
        }
    }

    /** Keeps a mark for the next time: the connection was lost before it was confirmed. */
    private synchronized void markLater(long with, long number) {
        unmarked.merge(with, number, Math::max);
    }
}
