package chatd.daemon.health;

import chatd.audit.write.AuditLog;
import java.util.function.Supplier;

/**
 * Whether the daemon can be sent people, and whether it lives, for balancers and supervisors (page
 * {@code operations/monitoring.md}). Any thread; nothing blocks.
 */
public final class Readiness {
    private final Running running;
    private final AuditLog log;
    private final Supplier<String> hanging;

    /** @param hanging supplies the parts that do not respond, in words; empty if all do */
    public Readiness(Running running, AuditLog log, Supplier<String> hanging) {
        this.running = running;
        this.log = log;
        this.hanging = hanging;
    }

    /** Returns which part does not respond, as a clause; empty if the daemon lives. */
    public String illness() {
        String parts = hanging.get();
        return parts.isEmpty() ? "" : "not responding: " + parts;
    }

    /** Returns why nobody should be sent here, as a clause; empty if people are served. */
    public String obstacle() {
        if (running.ifStarted().isEmpty()) {
            return running.progress();
        }
        if (running.ifStarted()
                .filter(parts -> parts.journal().isDatabaseUnavailable())
                .isPresent()) {
            return "the database can't be reached";
        }
        String trouble = log.trouble();
        return trouble == null ? illness() : "the log can't be written: " + trouble;
    }
}
