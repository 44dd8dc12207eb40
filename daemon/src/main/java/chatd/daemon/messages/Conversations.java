package chatd.daemon.messages;

import static java.util.Objects.requireNonNull;

import chatd.audit.event.Escape;
import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.Party;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.message.Conversation;
import chatd.daemon.model.message.Reader;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.read.ConversationStore;
import chatd.protocol.Gate;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Code;
import chatd.protocol.value.people.ConversationPreferences;
import chatd.protocol.value.people.User;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Conversations as their users see them: the list of them, what is unread, how far they have been read, who is typing
 * (page {@code chat-json-1.md}, types 21, 22, 35, 37). Runs on the session's own thread, and blocks.
 */
public final class Conversations implements Feature, AutoCloseable {
    /** The time within which a user is told once that another is typing. */
    private static final Duration TYPING = Duration.ofSeconds(3);

    /** Maximum number of members online for a group to be told that somebody is typing. */
    private static final int MAX_TOLD = 100;

    /**
     * Maximum number of pairs for which it is remembered that one was told that the other is
     * typing.
     */
    private static final int MAX_TYPING = 10_000;

    private final Directory directory;
    private final Contacts contacts;
    private final Sessions sessions;
    private final ConversationStore store;
    private final Items items;
    private final Clock clock;
    private final Pages pages;
    private final ReadMarks marks;
    private final Cache<Typing, Boolean> typing = Caffeine.newBuilder()
            .expireAfterWrite(TYPING)
            .maximumSize(MAX_TYPING)
            .build();

    /** By account, as {@link #generation} returns them. */
    private final Map<Long, Long> generations = new ConcurrentHashMap<>();

    private record Typing(long user, long to) {}

    public Conversations(FeatureContext parts, Pages pages) {
        this.directory = parts.directory();
        this.contacts = parts.contacts();
        this.sessions = parts.sessions();
        this.store = parts.stores().conversations();
        this.items = new Items(parts.stores(), parts.directory());
        this.clock = parts.clock();
        this.pages = pages;
        this.marks =
                new ReadMarks(store, account -> directory.findExisting(account).isPresent(), this::tell);
    }

    @Override
    public void addTo(Routes routes) {
        routes.unlogged(MessageCommand.MarkRead.class, Gate.LOGGED_IN, this::mark);
        routes.unlogged(
                MessageCommand.Typing.class,
                Gate.LOGGED_IN,
                (session, command) -> notifyTyping(session.account(), command.to()));
        routes.unloggedChange(MessageCommand.ChangeConversationPreferences.class, this::setAttention);
        routes.unlogged(
                MessageCommand.ListConversations.class,
                Gate.LOGGED_IN,
                (session, command) -> pages.answer(session, upTo -> list(session, command, upTo)));
    }

    /**
     * Returns the conversations of a user that have unread messages or special settings, counting
     * messages up to a number.
     */
    public List<Party> notable(Account account, long upTo) {
        marks.settle(List.of(account.number()));
        return store.notable(account, upTo);
    }

    /**
     * Returns the numbers up to which a conversation was read, by account: the user's, and in a
     * pair the other's, unless either hides read marks.
     */
    SortedMap<Long, Long> read(Account account, long other) {
        List<Long> both = Addressee.isGroup(other) || !seesReadMarks(account.number(), other)
                ? List.of(account.number())
                : List.of(account.number(), other);
        marks.settle(both);
        // A user who has received nothing has read nothing. That includes a user who blocks, which
        // must not show.
        SortedMap<Long, Long> read = new TreeMap<>();
        both.forEach(user -> read.put(user, 0L));
        read.putAll(store.readMarks(Conversation.of(account.number(), other), both));
        return read;
    }

    /**
     * Returns the other side of a conversation, as an {@link Addressee}: an account, deleted or
     * not, or a group that the user is, or was, in.
     */
    public long other(long account, User with) {
        if (with.typed().isEmpty()) {
            return Message.EVERYONE;
        }
        if (with instanceof User.Group group) {
            return Addressee.group(directory.groups().requireReadable(account, group.number()));
        }
        Optional<Account> other =
                with instanceof User.Numbered numbered ? directory.find(numbered.number()) : directory.user(with);
        return other.orElseThrow(() -> noSuchUser(with)).number();
    }

    private static Refusal noSuchUser(User user) {
        return new Refusal(Code.NO_SUCH_USER, "There is no user called " + Escape.quoted(user.typed()) + ".");
    }

    /**
     * Adds a mark, and acknowledges it once it is stored; the client's next commands do not wait
     * for that.
     */
    private void mark(Session session, MessageCommand.MarkRead command) {
        long account = session.account();
        long conversation = Conversation.of(account, other(account, command.with()));
        long newest = store.newest(
                directory.require(account), conversation, sessions.fanout().deliveredTo());
        long message = Math.min(command.message(), newest);
        long before = Math.max(
                marks.pending(account, conversation),
                store.readMarks(conversation, List.of(account)).getOrDefault(account, 0L));
        CompletableFuture<Boolean> done = message <= before
                ? CompletableFuture.completedFuture(true)
                : marks.add(new ConversationStore.Mark(account, conversation, message, session.id()));
        var _ = done.whenComplete((stored, failure) -> {
            Instant now = clock.instant();
            if (failure != null) {
                session.answer(SessionEvent.Refused.to(
                        command, Code.BUSY, "The database can't be reached at the moment. Try again later.", now));
            } else if (!command.id().isEmpty()) {
                session.answer(new SessionEvent.Accepted(command.id(), 0, now));
            }
        });
    }

    /**
     * Returns how often the user's read marks and attention settings have changed since the start;
     * read before them, it tells whether they have changed meanwhile.
     */
    public long generation(long account) {
        return generations.getOrDefault(account, 0L);
    }

    /**
     * Returns events for the changes of the user's read marks and attention settings that a session
     * has missed.
     *
     * @param known the state that the session was sent
     * @param generation the {@link #generation} before that state was read
     */
    public List<UserEvent> changedSince(Account account, List<Party> known, long generation) {
        long number = account.number();
        if (generation(number) == generation) {
            return List.of();
        }
        List<UserEvent> changed = new ArrayList<>();
        Set<Long> conversations =
                known.stream().map(Party::conversation).collect(Collectors.toCollection(HashSet::new));
        Map<Long, Party> before = known.stream().collect(Collectors.toMap(Party::conversation, Function.identity()));
        long upTo = sessions.fanout().deliveredTo();
        notable(account, upTo).forEach(party -> conversations.add(party.conversation()));
        for (Party party : store.parties(account, conversations, upTo)) {
            Party then = before.get(party.conversation());
            long with = Conversation.otherSide(party.conversation(), number);
            if (then == null || then.read() != party.read()) {
                changed.add(new UserEvent.ReadUpTo(number, with, party.read()));
            }
            if (!party.attention().equals(then == null ? ConversationPreferences.DEFAULT : then.attention())) {
                changed.add(new UserEvent.ConversationPreferencesChanged(with, party.attention()));
            }
        }
        return changed;
    }

    /**
     * Tells the user's other sessions of a stored mark, and also the other user of a pair, unless
     * the mark is hidden from them.
     */
    private void tell(ConversationStore.Mark mark) {
        long account = mark.account();
        long other = Conversation.otherSide(mark.conversation(), account);
        generations.merge(account, 1L, Long::sum);
        sessions.fanout().tell(account, mark.session(), new UserEvent.ReadUpTo(account, other, mark.message()));
        if (other > Message.EVERYONE && other != account && seesReadMarks(other, account)) {
            sessions.fanout().tell(other, "", new UserEvent.ReadUpTo(account, account, mark.message()));
        }
    }

    /**
     * Returns whether a user learns how far another has read: both share read marks, and the user
     * has not blocked the other.
     */
    private boolean seesReadMarks(long user, long other) {
        return sharesReadMarks(user)
                && sharesReadMarks(other)
                && !contacts.blocked(user).has(other);
    }

    private boolean sharesReadMarks(long account) {
        return directory.require(account).preferences().readMarks();
    }

    private void notifyTyping(long account, User to) {
        if (to instanceof User.Group group) {
            directory.groups().checkWriting(account, group.number());
            long addressee = Addressee.group(group.number());
            if (sharesReadMarks(account) && typing.asMap().putIfAbsent(new Typing(account, addressee), true) == null) {
                sessions.fanout()
                        .tellGroup(group.number(), account, MAX_TOLD, new UserEvent.Typing(account, addressee));
            }
            return;
        }
        Account other = directory.user(to).orElseThrow(() -> noSuchUser(to));
        boolean isTold =
                sharesReadMarks(account) && !contacts.blocked(other.number()).has(account);
        if (isTold
                && other.number() != account
                && typing.asMap().putIfAbsent(new Typing(account, other.number()), true) == null) {
            sessions.fanout().tell(other.number(), "", new UserEvent.Typing(account, other.number()));
        }
    }

    private void setAttention(Session session, MessageCommand.ChangeConversationPreferences command) {
        Account account = directory.require(session.account());
        long other = other(account.number(), command.with());
        long conversation = Conversation.of(account.number(), other);
        Optional<Party> party = store
                .parties(account, List.of(conversation), sessions.fanout().deliveredTo())
                .stream()
                .findFirst();
        ConversationPreferences before = party.map(Party::attention).orElse(ConversationPreferences.DEFAULT);
        ConversationPreferences after = command.applyTo(before);
        // Counted afterwards: a session that reads in between is only told what it has already.
        store.setAttention(
                account.number(), conversation, party.map(Party::read).orElse(0L), after);
        generations.merge(account.number(), 1L, Long::sum);
        sessions.fanout().tell(account.number(), "", new UserEvent.ConversationPreferencesChanged(other, after));
    }

    private MessageEvent.Conversations list(Session session, MessageCommand.ListConversations command, long upTo) {
        Account account = directory.require(session.account());
        marks.settle(List.of(account.number()));
        Reader reader = directory.reader(account.number());
        // One more than requested, to find out whether there are more.
        List<ConversationStore.Last> found = store.byLast(account, upTo, command.before(), command.limit() + 1);
        List<ConversationStore.Last> wanted = found.subList(0, Math.min(found.size(), command.limit()));
        Map<Long, Party> parties =
                store
                        .parties(
                                account,
                                wanted.stream()
                                        .map(ConversationStore.Last::conversation)
                                        .toList(),
                                upTo)
                        .stream()
                        .collect(Collectors.toMap(Party::conversation, Function.identity()));
        List<MessageEvent.Conversation> listed = new ArrayList<>();
        PageBuilder page = new PageBuilder(session, directory, command.limit());
        for (int i = 0; i < wanted.size() && !page.isFull(); i += History.PART) {
            List<ConversationStore.Last> part = wanted.subList(i, Math.min(i + History.PART, wanted.size()));
            Map<Long, Items.Item> last = items
                    .read(
                            reader,
                            part.stream()
                                    .map(ConversationStore.Last::message)
                                    .distinct()
                                    .sorted()
                                    .toList(),
                            upTo)
                    .stream()
                    .collect(Collectors.toMap(Items.Item::number, Function.identity()));
            for (ConversationStore.Last one : part) {
                Items.Item message = requireNonNull(last.get(one.message()));
                if (!page.add(message)) {
                    break;
                }
                MessageEvent.Conversation item =
                        item(account, requireNonNull(parties.get(one.conversation())), message.event());
                listed.add(item);
                if (item.with() != Message.EVERYONE) {
                    page.addName(item.with());
                }
            }
        }
        return new MessageEvent.Conversations(listed, listed.size() < found.size(), page.names());
    }

    private MessageEvent.Conversation item(Account account, Party party, MessageEvent.Message last) {
        long other = Conversation.otherSide(party.conversation(), account.number());
        return new MessageEvent.Conversation(
                other,
                other == Message.EVERYONE ? "" : directory.nameOf(other),
                last,
                party.unread(),
                party.read(),
                party.attention());
    }

    /** Stores the pending marks. */
    @Override
    public void close() {
        marks.close();
    }
}
