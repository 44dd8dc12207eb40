package chatd.daemon.search;

import chatd.daemon.directory.GroupDirectory;
import chatd.daemon.journal.CatchUp;
import chatd.daemon.journal.RecentEntries;
import chatd.daemon.model.entry.Amendment;
import chatd.daemon.model.entry.Entry;
import chatd.daemon.model.entry.Expiry;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.group.MembershipPeriod;
import chatd.daemon.model.message.StoredFile;
import chatd.daemon.store.read.AmendmentStore;
import chatd.daemon.store.read.MessageStore;
import chatd.daemon.store.read.RetentionStore;
import chatd.daemon.store.read.Stores;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Reads the ledger for the index, by number: what has just been written, from memory, everything else from the database.
 * Used by one thread; blocks.
 */
final class LedgerReader {
    /** Messages read at once: a text may have 64 KiB. */
    private static final int PART = 200;

    /** Entries taken from memory at once: no text is read for them. */
    private static final int RECENT = 1_000;

    private final MessageStore messages;
    private final AmendmentStore amendments;
    private final RetentionStore retention;
    private final GroupDirectory groups;
    private final RecentEntries recent;

    LedgerReader(Stores stores, GroupDirectory groups, RecentEntries recent) {
        this.recent = recent;
        this.messages = stores.messages();
        this.amendments = stores.amendments();
        this.retention = stores.retention();
        this.groups = groups;
    }

    /**
     * What a part of the ledger changes in the index.
     *
     * @param upTo the number up to which it goes
     * @param removed messages from before this part that are to be removed, and added anew if they are among {@code added}
     * @param expired numbers from before this part of which no message is stored any more
     */
    record Part(long upTo, List<Long> removed, List<Expiry.Range> expired, List<IndexEntry> added) {}

    /** Returns the next part after a number; an empty one if it can't be read yet. */
    Part after(long number, long upTo) {
        List<Entry> written = recent.after(number, RECENT);
        if (written != null && written.stream().noneMatch(LedgerReader::changesText)) {
            List<IndexEntry> added = new ArrayList<>();
            for (Entry entry : written) {
                if (entry instanceof Message message) {
                    add(added, message, List.of());
                }
            }
            return new Part(written.isEmpty() ? number : written.getLast().position(), List.of(), List.of(), added);
        }
        recent.hold(number);
        return stored(number, upTo);
    }

    private static boolean changesText(Entry entry) {
        return entry instanceof Expiry || (entry instanceof Amendment amendment && changesText(amendment));
    }

    private static boolean changesText(Amendment amendment) {
        return !(amendment.act() instanceof Amendment.Reacted);
    }

    private Part stored(long number, long upTo) {
        List<Message> sent = messages.after(number, PART);
        List<Amendment> done = amendments.after(number, PART);
        // Read last: what has expired since the messages were read is among it.
        List<Expiry> expiries = retention.expiries(number, PART);
        long end = LongStream.of(
                        upTo,
                        CatchUp.end(sent, PART, Message::number),
                        CatchUp.end(done, PART, Amendment::number),
                        CatchUp.end(expiries, PART, Expiry::number))
                .min()
                .getAsLong();
        List<Expiry.Range> expired = expiries.stream()
                .filter(expiry -> expiry.number() <= end)
                .flatMap(expiry -> expiry.ranges().stream())
                .toList();
        List<Message> added = new ArrayList<>();
        sent.stream().filter(message -> message.number() <= end).forEach(added::add);
        Set<Long> changed = done.stream()
                .filter(amendment -> amendment.number() <= end && changesText(amendment))
                .map(amendment -> amendment.subject().message())
                .filter(message -> message <= number)
                .collect(Collectors.toSet());
        added.addAll(changed.isEmpty() ? List.of() : messages.messages(List.copyOf(changed)));
        added.removeIf(message -> expired.stream().anyMatch(range -> range.contains(message.number())));
        // Amendments of these messages have higher numbers than the messages.
        boolean isAsSent =
                changed.isEmpty() && done.size() < PART && done.stream().noneMatch(LedgerReader::changesText);
        return new Part(
                end,
                List.copyOf(changed),
                expired.stream().filter(range -> range.from() <= number).toList(),
                indexed(added, isAsSent));
    }

    private List<IndexEntry> indexed(List<Message> all, boolean isAsSent) {
        List<Message> there =
                all.stream().filter(message -> !message.isErased()).toList();
        Map<Long, List<AmendmentStore.SentCorrection>> corrections = isAsSent
                ? Map.of()
                : amendments.corrections(there).stream()
                        .collect(Collectors.groupingBy(AmendmentStore.SentCorrection::message));
        List<IndexEntry> indexed = new ArrayList<>();
        for (Message message : there) {
            add(indexed, message, corrections.getOrDefault(message.number(), List.of()));
        }
        return indexed;
    }

    /** @param corrections the newest first */
    private void add(List<IndexEntry> to, Message message, List<AmendmentStore.SentCorrection> corrections) {
        StoredFile file = message.file();
        String text = file == null ? String.valueOf(message.text()) : file.name();
        String latest = corrections.isEmpty() ? text : corrections.getFirst().text();
        if (message.group() != 0) {
            to.add(IndexEntry.toAll(message, latest, IndexEntry.Scope.group(message.group())));
            Set<String> earlier = new HashSet<>();
            if (!corrections.isEmpty()) {
                groups.periodsOfFormerMembers(message.group())
                        .forEach(all -> earlier.add(seen(text, corrections, all)));
            }
            earlier.remove(latest);
            earlier.forEach(
                    found -> to.add(IndexEntry.toAll(message, found, IndexEntry.Scope.earlier(message.group()))));
        } else if (message.receivers() == null) {
            to.add(IndexEntry.toAll(message, latest, IndexEntry.Scope.EVERYONE));
        } else {
            Set<Long> viewers = viewers(message);
            if (corrections.isEmpty()) {
                to.add(IndexEntry.toSome(message, text, viewers));
            } else {
                byText(viewers, text, corrections)
                        .forEach((found, who) -> to.add(IndexEntry.toSome(message, found, who)));
            }
        }
    }

    private static Set<Long> viewers(Message message) {
        Set<Long> viewers = new HashSet<>(message.receivers() == null ? List.of() : message.receivers());
        message.withheld().forEach(viewers::remove);
        viewers.add(message.sender());
        return viewers;
    }

    /** Returns the text of a corrected message to a group that a former member sees. */
    private static String seen(
            String text, List<AmendmentStore.SentCorrection> corrections, List<MembershipPeriod> stretches) {
        return corrections.stream()
                .filter(correction -> stretches.stream().anyMatch(period -> period.contains(correction.number())))
                .map(AmendmentStore.SentCorrection::text)
                .findFirst()
                .orElse(text);
    }

    /**
     * Returns who sees which text of a message to one or several: a correction does not reach those
     * who block its sender.
     */
    private static Map<String, List<Long>> byText(
            Set<Long> viewers, String text, List<AmendmentStore.SentCorrection> corrections) {
        Map<String, List<Long>> byText = new LinkedHashMap<>();
        for (Long viewer : viewers) {
            String seen = corrections.stream()
                    .filter(correction -> correction.notified() == null
                            || correction.notified().contains(viewer))
                    .map(AmendmentStore.SentCorrection::text)
                    .findFirst()
                    .orElse(text);
            byText.computeIfAbsent(seen, _ -> new ArrayList<>()).add(viewer);
        }
        return byText;
    }
}
