package chatd.daemon.messages;

import chatd.daemon.config.Config;
import chatd.daemon.directory.Directory;
import chatd.daemon.dispatch.Room;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.Applier;
import chatd.daemon.journal.ServiceParts;
import chatd.daemon.model.Account;
import chatd.daemon.model.Conversation;
import chatd.daemon.model.Message;
import chatd.daemon.model.Refusal;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.MessageStore;
import chatd.protocol.Dialect;
import chatd.protocol.Gate;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.Code;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The messages that a user sent and received (rule 8 of {@code chat-1.md}; {@code chat-json-1.md}, type 19). Runs on the
 * session's own thread, and blocks.
 */
public final class History implements Room {
    /** Messages read per query: a text may have 64 KiB. */
    static final int PART = 20;

    private final MessageStore store;
    private final Directory directory;
    private final Sessions sessions;
    private final Supplier<Config> config;
    private final Conversations conversations;
    private final Pages pages;

    public History(ServiceParts parts, Conversations conversations, Pages pages) {
        this.store = parts.stores().messages();
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
        Account account = directory.numbered(session.account());
        int most = (int) Math.min(count, config.get().limits().replay());
        // Read before the answer begins, so that no message is sent twice: answer.delivered() covers those delivered in
        // between.
        long deliveredTo = sessions.deliveredTo();
        try (Session.Answer answer = session.beginAnswer()) {
            long upTo = Math.max(deliveredTo, answer.delivered());
            List<Long> numbers = most == 0 ? List.of() : store.last(account, most, upTo);
            boolean going = answer.send(new MessageEvent.ClearScreen());
            for (int i = 0; going && i < numbers.size(); i += PART) {
                for (Message message : store.messages(numbers.subList(i, Math.min(i + PART, numbers.size())))) {
                    going = going && answer.send(Applier.event(message, directory));
                }
            }
        }
    }

    /** Returns whether a user sent and received more than so many messages between two numbers. */
    public boolean isMoreThan(int most, Account account, long after, long upTo) {
        return store.numbers(account, null, after, upTo, most + 1, false).size() > most;
    }

    /** Sends what a user sent and received between two numbers, in order, at the pace at which the client reads. */
    public void missed(Session.Answer answer, Account account, long after, long upTo) {
        long last = after;
        boolean going = last < upTo;
        while (going) {
            List<Message> part = store.messages(store.numbers(account, null, last, upTo, PART, false));
            for (Message message : part) {
                going = going && answer.send(Applier.event(message, directory));
                last = message.number();
            }
            going &= part.size() == PART;
        }
    }

    /**
     * Sends a page, with fewer messages than requested if they are long. It contains no message that has not been
     * delivered yet.
     *
     * @throws Refusal {@link Code#NO_SUCH_USER} if the conversation with nobody is requested
     */
    public void page(Session session, MessageCommand.ReadHistory command) throws InterruptedException {
        session.answer(
                pages.read(session.account(), () -> page(directory.numbered(session.account()), command, session)));
    }

    private Event page(Account account, MessageCommand.ReadHistory command, Session session) {
        Dialect dialect = session.dialect();
        long most = Pages.bytes(session);
        boolean newest = command.after() < 0;
        long upTo = Math.min(sessions.deliveredTo(), command.before() - 1);
        // One more than requested, to find out whether there are more.
        Long other = command.with() == null ? null : (Long) conversations.other(command.with());
        Long conversation =
                other == null || other == Message.EVERYONE ? other : (Long) Conversation.of(account.number(), other);
        List<Long> numbers =
                store.numbers(account, conversation, Math.max(0, command.after()), upTo, command.limit() + 1, newest);
        boolean more = numbers.size() > command.limit();
        List<Long> wanted = numbers.subList(0, Math.min(numbers.size(), command.limit()));
        List<MessageEvent.Message> items = new ArrayList<>();
        SortedMap<Long, String> names = new TreeMap<>();
        long bytes = 0;
        for (int i = 0; i < wanted.size() && bytes <= most; i += PART) {
            List<Message> part = store.messages(wanted.subList(i, Math.min(i + PART, wanted.size())));
            for (Message message : newest ? part.reversed() : part) {
                MessageEvent.Message item = Applier.event(message, directory);
                bytes += dialect.pageBytes(item);
                if (bytes <= most || items.isEmpty()) {
                    items.add(item);
                    concerned(message, account.number()).forEach(who -> names.put(who, directory.nameOf(who)));
                }
            }
        }
        more |= items.size() < wanted.size();
        if (newest) {
            Collections.reverse(items);
        }
        SortedMap<Long, Long> read = new TreeMap<>();
        if (other != null && other != Message.EVERYONE) {
            names.put(other, directory.nameOf(other));
            read = conversations.read(account, other);
        }
        return new MessageEvent.Page(other, items, more, names, read);
    }

    /** Returns the accounts that the reader may know to have sent or received the message. */
    static Stream<Long> concerned(Message message, long reader) {
        List<Long> receivers = message.receivers();
        return Stream.concat(Stream.of(message.sender()), receivers == null ? Stream.empty() : receivers.stream())
                .filter(who -> who != Message.SERVER
                        && (who == reader || who == message.sender() || reader == message.sender()));
    }
}
