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
 * Reads the stored messages in order and computes their digests, for comparison with those in the log (page
 * {@code audit-log.md}, "Proof"). File contents are read in full and hashed again. Used by one thread; blocks.
 */
public final class StoredMessages {
    private static final int PAGE = 200;

    /** Maximum number of content hashes kept, for contents that were sent more than once. */
    private static final int REMEMBERED = 1_000;

    private final MessageStore messages;
    private final ContentStore contents;
    private final Map<Long, byte[]> hashed = new LinkedHashMap<>();
    /** The last number read; at first below any possible number, even one that was never assigned. */
    private long last = -1;

    public StoredMessages(Stores stores) {
        this.messages = stores.messages();
        this.contents = stores.contents();
    }

    /** A message and its digest. */
    public record Digested(long message, String digest) {}

    /** Returns the next messages up to {@code upTo}, by number; empty if there are no more. */
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

    /** Returns the highest stored message number; 0 if there is none. */
    public long highest() {
        return messages.highest();
    }

    /**
     * Returns the message with the hash of its file's present content in place of the one recorded when it was sent.
     */
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
