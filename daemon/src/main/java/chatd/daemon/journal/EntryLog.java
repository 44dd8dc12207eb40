package chatd.daemon.journal;

import chatd.audit.event.AuditEvent;
import chatd.audit.write.AuditLog;
import chatd.daemon.model.entry.Entry;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.trail.AuditTrail;
import chatd.daemon.trail.EntryEvents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Writes the events of committed entries to the audit log. Used by the journal's thread only. */
final class EntryLog {
    private final AuditLog log;
    private final AuditTrail audit;
    private final CatchUp catchUp;
    private final EntryEvents events;
    private final JournalQueue queue;
    private final JournalStatus status;

    /** Whether something was delivered that is not logged yet. */
    private boolean behind;

    EntryLog(Journal.Stages stages, JournalQueue queue, JournalStatus status) {
        this.log = stages.log();
        this.audit = stages.audit();
        this.catchUp = stages.catchUp();
        this.events = stages.catchUp().events();
        this.queue = queue;
        this.status = status;
    }

    /**
     * Logs the events of a committed batch; if the log can't be written, waits until it can, delivering nothing, or
     * goes on without it if so configured. Returns false if the journal must end instead: the next start then logs
     * them.
     */
    boolean log(List<Entry> entries) throws InterruptedException {
        if (behind) {
            // This includes the present batch.
            catchUp();
            return true;
        }
        List<AuditEvent> batch = new ArrayList<>(entries.size());
        entries.forEach(entry -> batch.addAll(events.of(entry)));
        for (AuditEvent[] due = batch.toArray(AuditEvent[]::new); ; due = late(batch)) {
            try {
                log.append(due);
                return true;
            } catch (IOException e) {
                if (!audit.refusesOnFailure()) {
                    behind = true;
                    return true;
                }
            }
            if (status.isStopping()) {
                return false;
            }
            queue.refuse(AuditTrail.refusal());
            status.pause();
        }
    }

    private static AuditEvent[] late(List<AuditEvent> events) {
        return events.stream().map(AuditEvent.Late::new).toArray(AuditEvent[]::new);
    }

    /** Logs what is not logged yet, if the log can be written again; otherwise the next batch or check retries. */
    void catchUp() {
        try {
            if (behind && log.trouble() == null) {
                catchUp.run(status::beginStep);
                behind = false;
            }
        } catch (IOException | DatabaseUnavailable e) {
            // Retried at the next batch or check.
        }
    }
}
