package chatd.daemon.messages;

import chatd.daemon.journal.CatchUp;
import chatd.daemon.model.entry.Amendment;
import chatd.daemon.model.entry.Expiry;
import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.message.StoredFile;
import chatd.daemon.store.read.AmendmentStore;
import chatd.daemon.store.read.ContentStore;
import chatd.daemon.store.read.GroupStore;
import chatd.daemon.store.read.MessageStore;
import chatd.daemon.store.read.RetentionStore;
import chatd.daemon.store.read.Stores;
import chatd.daemon.trail.EntryEvents;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the stored messages, and what was done about them, in order, and computes their digests, for comparison with
 * those in the log (page {@code audit-log.md}, "Proof"). File contents are read in full and hashed again. Used by one
 * thread; blocks.
 */
public final class StoredMessages {
    private static final int PAGE = 200;

    /** Maximum number of content hashes kept, for contents that were sent more than once. */
    private static final int REMEMBERED = 1_000;

    private final MessageStore messages;
    private final AmendmentStore amendments;
    private final GroupStore groups;
    private final RetentionStore retention;
    private final ContentStore contents;
    private final Map<Long, byte[]> hashed = new LinkedHashMap<>();
    /** The last number read; at first below any possible number, even one that was never assigned. */
    private long last = -1;

    public StoredMessages(Stores stores) {
        this.messages = stores.messages();
        this.amendments = stores.amendments();
        this.groups = stores.groups();
        this.retention = stores.retention();
        this.contents = stores.contents();
    }

    /**
     * A message or amendment, and its digest.
     *
     * @param digest for an amendment without one, what it is and the number of its message; for a change of a group, the
     *     group; for an expiry, how many messages and which
     * @param takenBack the number of the amendment by which it was taken back, after which it has no digest; null if none
     */
    public record Digested(
            long message, String digest, @Nullable Long takenBack) {}

    /** Returns the next ones up to {@code upTo}, by number; empty if there are no more. */
    public List<Digested> next(long upTo) {
        List<Message> sent = messages.after(last, PAGE);
        List<Amendment> done = amendments.after(last, PAGE);
        List<GroupChange> groupChanges = groups.after(last, PAGE);
        List<Expiry> expired = retention.expiries(last, PAGE);
        long end = LongStream.of(
                        CatchUp.end(sent, PAGE, Message::number),
                        CatchUp.end(done, PAGE, Amendment::number),
                        CatchUp.end(groupChanges, PAGE, GroupChange::number),
                        CatchUp.end(expired, PAGE, Expiry::number))
                .min()
                .getAsLong();
        Map<Long, Long> takenBack = amendments.takenBack(concerned(sent, done));
        List<Digested> all = new ArrayList<>();
        for (Message message : sent) {
            all.add(new Digested(
                    message.number(),
                    message.isErased() ? "" : EntryEvents.digest(withPresentContent(message)),
                    message.isErased() ? takenBack.get(message.number()) : null));
        }
        for (Amendment amendment : done) {
            String digest = digest(amendment);
            all.add(new Digested(
                    amendment.number(),
                    digest,
                    digest.isEmpty() ? takenBack.get(amendment.subject().message()) : null));
        }
        groupChanges.forEach(change -> all.add(new Digested(change.number(), "group G" + change.group(), null)));
        expired.forEach(expiry -> all.add(new Digested(
                expiry.number(), "expiry " + expiry.messages() + " " + Expiry.text(expiry.ranges()), null)));
        List<Digested> page = all.stream()
                .filter(each -> each.message() <= end)
                .sorted(Comparator.comparingLong(Digested::message))
                .toList();
        if (!page.isEmpty()) {
            last = page.getLast().message();
        }
        return page.stream().filter(each -> each.message() <= upTo).toList();
    }

    /** Returns the numbers of the messages whose text or file may have been taken back. */
    private static List<Long> concerned(List<Message> sent, List<Amendment> done) {
        List<Long> concerned = new ArrayList<>();
        sent.stream().filter(Message::isErased).map(Message::number).forEach(concerned::add);
        done.stream().map(amendment -> amendment.subject().message()).forEach(concerned::add);
        return concerned;
    }

    private static String digest(Amendment amendment) {
        long message = amendment.subject().message();
        return switch (amendment.act()) {
            case Amendment.TakenBack back -> "retraction " + message;
            case Amendment.Corrected corrected -> EntryEvents.digest(amendment, corrected);
            case Amendment.Reacted reacted -> "reaction " + message + (reacted.on() ? " on" : " off");
        };
    }

    /** Returns what was deleted after its time by expiries above a number. */
    public List<Expiry.Range> expiredSince(long number) {
        List<Expiry.Range> ranges = new ArrayList<>();
        List<Expiry> some = retention.expiries(number, PAGE);
        while (!some.isEmpty()) {
            some.forEach(expiry -> ranges.addAll(expiry.ranges()));
            some = retention.expiries(some.getLast().number(), PAGE);
        }
        return ranges;
    }

    /** Returns the highest stored number; 0 if there is none. */
    public long highest() {
        return messages.highest();
    }

    /**
     * Returns the message with the hash of its file's present content in place of the one recorded when it was sent.
     */
    private Message withPresentContent(Message message) {
        StoredFile file = message.file();
        if (file == null) {
            return message;
        }
        byte[] sha256 = hashed.computeIfAbsent(file.content(), contents::sha256);
        if (hashed.size() > REMEMBERED) {
            hashed.remove(hashed.keySet().iterator().next());
        }
        return message.with(
                new StoredFile(file.number(), file.name(), file.content(), file.size(), sha256, file.media()));
    }
}
