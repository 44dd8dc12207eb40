package chatd.daemon.service;

import chatd.audit.AuditEvent;
import chatd.audit.AuditLog;
import chatd.daemon.store.Entry;
import chatd.daemon.store.Ledger;
import chatd.daemon.store.MessageStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

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

    /**
     * Logs all that is missing.
     *
     * @param page run after each page of it
     */
    public void run(Runnable page) throws IOException {
        List<Entry.Change> changes;
        do {
            changes = ledger.changesAfter(log.lastChange(), PAGE);
            append(changes.stream().map(EntryEvents::changed).toList());
            page.run();
        } while (!changes.isEmpty());
        List<Entry.Message> late;
        do {
            late = messages.after(log.lastMessage(), PAGE);
            append(late.stream().map(events::sent).toList());
            page.run();
        } while (!late.isEmpty());
    }

    private void append(List<AuditEvent> missing) throws IOException {
        List<AuditEvent> late = new ArrayList<>(missing.size());
        missing.forEach(event -> late.add(new AuditEvent.Late(event)));
        log.append(late.toArray(AuditEvent[]::new));
    }
}
