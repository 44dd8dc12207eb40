package chatd.daemon.service;

import chatd.daemon.config.Config;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.Account;
import chatd.daemon.store.MessageStore;
import chatd.protocol.Event;
import java.util.List;
import java.util.function.Supplier;

/** What a user sent and received (rule 8 of {@code chat-1.md}). Runs on the session's own thread, and blocks. */
public final class History {
    /** Messages read at once: a text may have 64 KiB. */
    private static final int PAGE = 50;

    private final MessageStore messages;
    private final Directory directory;
    private final Sessions sessions;
    private final Supplier<Config> config;

    History(MessageStore messages, Directory directory, Sessions sessions, Supplier<Config> config) {
        this.messages = messages;
        this.directory = directory;
        this.sessions = sessions;
        this.config = config;
    }

    /** Clears the screen, and sends the last {@code count} items, oldest first, at the pace at which they are read. */
    public void replay(Session session, long count) {
        Account account = directory.numbered(session.account());
        int most = (int) Math.min(count, config.get().limits().replay());
        // Read before the answer begins: what is delivered in between is not counted twice but found by the session.
        long deliveredTo = sessions.deliveredTo();
        try (Session.Answer answer = session.beginAnswer()) {
            long upTo = Math.max(deliveredTo, answer.delivered());
            List<Long> numbers = most == 0 ? List.of() : messages.last(account, most, upTo);
            boolean going = answer.send(new Event.ClearScreen());
            for (int i = 0; going && i < numbers.size(); i += PAGE) {
                for (MessageStore.Item item : messages.items(numbers.subList(i, Math.min(i + PAGE, numbers.size())))) {
                    going = going && answer.send(event(item));
                }
            }
        }
    }

    private Event event(MessageStore.Item item) {
        String sender = directory.nameOf(item.sender());
        MessageStore.FileOf file = item.file();
        return file == null
                ? new Event.Text(sender, item.time(), String.valueOf(item.text()))
                : new Event.FileOffer(sender, item.time(), file.name(), file.number());
    }
}
