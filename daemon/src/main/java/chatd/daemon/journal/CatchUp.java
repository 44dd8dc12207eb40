package chatd.daemon.journal;

import chatd.audit.event.AuditEvent;
import chatd.audit.write.AuditLog;
import chatd.daemon.directory.Directory;
import chatd.daemon.model.entry.Amendment;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Expiry;
import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.entry.Message;
import chatd.daemon.store.ledger.Ledger;
import chatd.daemon.store.read.AmendmentStore;
import chatd.daemon.store.read.GroupStore;
import chatd.daemon.store.read.MessageStore;
import chatd.daemon.store.read.RetentionStore;
import chatd.daemon.store.read.Stores;
import chatd.daemon.trail.EntryEvents;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Closes the gap between ledger and log: at the start, before anything else happens, and once the log can be written
 * again, logs entries that were committed but not logged, because the daemon ended in between or the log could not be
 * written. Blocks.
 */
public final class CatchUp {
    private static final int PAGE = 500;

    private final AuditLog log;
    private final Ledger ledger;
    private final MessageStore messages;
    private final AmendmentStore amendments;
    private final GroupStore groups;
    private final RetentionStore retention;
    private final EntryEvents events;

    public CatchUp(AuditLog log, Ledger ledger, Stores stores, Directory directory) {
        this.log = log;
        this.ledger = ledger;
        this.messages = stores.messages();
        this.amendments = stores.amendments();
        this.groups = stores.groups();
        this.retention = stores.retention();
        this.events = new EntryEvents(directory);
    }

    EntryEvents events() {
        return events;
    }

    /**
     * Logs all missing entries.
     *
     * @param page called after each page of them
     */
    public void run(Runnable page) throws IOException {
        for (List<Missing> next = next(); !next.isEmpty(); next = next()) {
            log.append(next.stream().map(Missing::event).toArray(AuditEvent[]::new));
            page.run();
        }
    }

    /** An entry that is in the ledger but not in the log. */
    private record Missing(long position, AuditEvent event) {}

    /** Returns the next missing entries, by position; empty if there are none. */
    private List<Missing> next() {
        // Each kind is read from its own last number: until version 5 of the schema, the kinds were numbered
        // separately.
        List<Change> changes = ledger.changesAfter(log.lastChange(), PAGE);
        List<Message> sent = messages.after(log.lastMessage(), PAGE);
        List<Amendment> amended = amendments.after(log.lastMessage(), PAGE);
        List<GroupChange> groupChanges = groups.after(log.lastMessage(), PAGE);
        List<Expiry> expired = retention.expiries(log.lastMessage(), PAGE);
        long end = LongStream.of(
                        end(changes, PAGE, Change::number),
                        end(sent, PAGE, Message::number),
                        end(amended, PAGE, Amendment::number),
                        end(groupChanges, PAGE, GroupChange::number),
                        end(expired, PAGE, Expiry::number))
                .min()
                .getAsLong();
        return Stream.of(
                        changes.stream().map(change -> missing(change.number(), events.changed(change))),
                        sent.stream().map(message -> missing(message.number(), events.sent(message))),
                        amended.stream().map(amendment -> missing(amendment.number(), events.amended(amendment))),
                        groupChanges.stream().map(change -> missing(change.number(), events.changed(change))),
                        expired.stream().map(expiry -> missing(expiry.number(), events.expired(expiry))))
                .flatMap(Function.identity())
                .filter(missing -> missing.position() <= end)
                .sorted(Comparator.comparingLong(Missing::position))
                .toList();
    }

    /**
     * Returns the number up to which a page is complete, where several kinds of entry share one
     * sequence of numbers: a full page may be followed by more of its kind with lower numbers than
     * the rest of the other kinds' pages.
     *
     * @param limit the size of a full page
     */
    public static <T> long end(List<T> page, int limit, ToLongFunction<T> number) {
        return page.size() < limit ? Long.MAX_VALUE : number.applyAsLong(page.getLast());
    }

    private static Missing missing(long position, AuditEvent event) {
        return new Missing(position, new AuditEvent.Late(event));
    }
}
