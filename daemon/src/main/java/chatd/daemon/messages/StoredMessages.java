package chatd.daemon.messages;

import chatd.daemon.journal.EntryEvents;
import chatd.daemon.model.Message;
import chatd.daemon.model.StoredFile;
import chatd.daemon.store.ContentStore;
import chatd.daemon.store.MessageStore;
import chatd.daemon.store.Stores;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is stored now, message by message, as digests that can be compared with those in the log (page {@code
 * audit-log.md}, "Proof"). Contents are read through and hashed anew. One thread; blocks.
 */
public final class StoredMessages {
    private static final int PAGE = 200;

    /** Of contents that were sent more than once, so many are remembered. */
    private static final int REMEMBERED = 1_000;

    private final MessageStore messages;
    private final ContentStore contents;
    private final Map<Long, byte[]> hashed = new LinkedHashMap<>();
    /** Below any number there can be, also one that nobody gave. */
    private long last = -1;

    public StoredMessages(Stores stores) {
        this.messages = stores.messages();
        this.contents = stores.contents();
    }

    /** A message and its digest. */
    public record Digested(long message, String digest) {}

    /** The next ones, by number; empty when there are no more up to {@code upTo}. */
    public List<Digested> next(long upTo) {
        List<Message> page = messages.after(last, PAGE);
        if (!page.isEmpty()) {
            last = page.getLast().number();
        }
        return page.stream()
                .filter(message -> message.number() <= upTo)
                .map(message -> new Digested(message.number(), EntryEvents.digest(asItIs(message))))
                .toList();
    }

    /** The highest number that is stored; 0 where nothing is. */
    public long highest() {
        return messages.highest();
    }

    /** The message with the hash of what its file has now, in place of the one that was taken down when it came. */
    private Message asItIs(Message message) {
        StoredFile file = message.file();
        if (file == null) {
            return message;
        }
        byte[] sha256 = hashed.computeIfAbsent(file.content(), contents::sha256);
        if (hashed.size() > REMEMBERED) {
            hashed.remove(hashed.keySet().iterator().next());
        }
        return message.with(new StoredFile(file.number(), file.name(), file.content(), file.size(), sha256));
    }
}
