package chatd.daemon.journal;

import chatd.audit.event.AuditEvent;
import chatd.audit.write.AuditLog;
import chatd.daemon.directory.Directory;
import chatd.daemon.model.Change;
import chatd.daemon.model.Message;
import chatd.daemon.store.Ledger;
import chatd.daemon.store.MessageStore;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Closes the gap between ledger and log: what was committed but not logged, because the daemon ended in between or the
 * log could not be written, is logged before anything else happens. Blocks.
 */
public final class CatchUp {
    private static final int PAGE = 500;

    private final AuditLog log;
    private final Ledger ledger;
    private final MessageStore messages;
    private final EntryEvents events;

    public CatchUp(AuditLog log, Ledger ledger, MessageStore messages, Directory directory) {
        this.log = log;
        this.ledger = ledger;
        this.messages = messages;
        this.events = new EntryEvents(directory);
    }

    EntryEvents events() {
        return events;
    }

    /**
     * Logs all that is missing.
     *
     * @param page run after each page of it
     */
    public void run(Runnable page) throws IOException {
        for (List<Missing> next = next(); !next.isEmpty(); next = next()) {
            log.append(next.stream().map(Missing::event).toArray(AuditEvent[]::new));
            page.run();
        }
    }

    /** What the ledger has and the log has not. */
    private record Missing(long position, AuditEvent event) {}

    /** The next of it, in the order of the positions. */
    private List<Missing> next() {
        // Each kind after the last of its own: until version 5 of the schema they were numbered apart.
        List<Change> changes = ledger.changesAfter(log.lastChange(), PAGE);
        List<Message> late = messages.after(log.lastMessage(), PAGE);
        // Of the kind whose page is full there may be more behind it, before the rest of the other's.
        long end = Math.min(
                changes.size() < PAGE ? Long.MAX_VALUE : changes.getLast().number(),
                late.size() < PAGE ? Long.MAX_VALUE : late.getLast().number());
        return Stream.concat(
                        changes.stream()
                                .filter(change -> change.number() <= end)
                                .map(change -> missing(change.number(), EntryEvents.changed(change))),
                        late.stream()
                                .filter(message -> message.number() <= end)
                                .map(message -> missing(message.number(), events.sent(message))))
                .sorted(Comparator.comparingLong(Missing::position))
                .toList();
    }

    private static Missing missing(long position, AuditEvent event) {
        return new Missing(position, new AuditEvent.Late(event));
    }
}
