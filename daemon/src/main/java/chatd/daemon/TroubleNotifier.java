package chatd.daemon;

import chatd.audit.event.AuditEvent;
import chatd.audit.write.AuditLog;
import chatd.daemon.journal.Journal;
import chatd.daemon.session.Sessions;
import chatd.daemon.trail.AuditTrail;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Notifies users and administrators when the database or the log fails and recovers. Called on the journal's thread
 * and on the log's.
 */
final class TroubleNotifier implements Journal.Observer, AuditLog.Observer {
    private static final Logger LOG = LogManager.getLogger(TroubleNotifier.class);

    private final Sessions sessions;
    private final AuditTrail audit;
    private final Consumer<Exception> broken;

    /** @param broken called when nothing can be written any more */
    TroubleNotifier(Sessions sessions, AuditTrail audit, Consumer<Exception> broken) {
        this.sessions = sessions;
        this.audit = audit;
        this.broken = broken;
    }

    @Override
    public void databaseLost(String reason) {
        LOG.error("CHATD-302 the database is unavailable: {}", reason);
        audit.logBestEffort(new AuditEvent.Database(false, reason));
        sessions.fanout()
                .tellAll(
                        "The database can't be reached. Until it is back, nothing can be sent, and history can't be read.");
    }

    @Override
    public void databaseRestored() {
        LOG.info("CHATD-303 the database is back");
        audit.logBestEffort(new AuditEvent.Database(true, "back"));
        sessions.fanout().tellAll("The database is back.");
    }

    @Override
    public void logFailed(String why) {
        if (audit.isRefusingNow()) {
            LOG.fatal(
                    "CHATD-401 the audit log can't be written: {}. Until it can, everything that must be logged is refused",
                    why);
            sessions.fanout()
                    .tellAll(
                            "The server can't write its log. Until it can, nothing can be sent, and nobody can log in.");
        } else {
            LOG.fatal(
                    "CHATD-402 the audit log can't be written: {}. The daemon continues without it, as configured",
                    why);
        }
    }

    @Override
    public void logRecovered() {
        audit.catchUp();
        LOG.info("CHATD-403 the audit log is written again");
        if (audit.refusesOnFailure()) {
            sessions.fanout().tellAll("The server can write its log again: everything works as before.");
        }
    }

    @Override
    public void broken(Exception reason) {
        broken.accept(reason);
    }
}
