package chatd.daemon.journal;

import chatd.audit.event.LogEvent;
import chatd.audit.read.LoggedSince;
import chatd.audit.write.AuditLog;
import chatd.daemon.store.ledger.Ledger;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Detects, at the start, a database that was restored from a backup, or is older than the log for another reason. Numbers of
 * any kind and names that are in the log are not reused (page {@code audit-log.md}, "No gap between ledger and log").
 */
public final class OlderDatabase {
    private static final Logger LOG = LogManager.getLogger(OlderDatabase.class);

    private final AuditLog log;
    private final Ledger ledger;
    private boolean isLogged;

    public OlderDatabase(AuditLog log, Ledger ledger) {
        this.log = log;
        this.ledger = ledger;
    }

    /**
     * Writes off what is logged but not stored, reports it, and logs it under a seal. Blocks.
     *
     * @param stored the highest numbers in the database
     * @return the numbers to continue from
     * @throws IOException if the log can't be read or written
     * @throws chatd.daemon.store.db.DatabaseUnavailable if the database becomes unreachable; may be called again
     */
    public Ledger.LastNumbers writeOff(Ledger.LastNumbers stored, Instant now) throws IOException {
        Optional<Ledger.Restoration> restored = ledger.unloggedRestoration();
        if (restored.isEmpty() && log.lastMessage() <= stored.message() && log.lastChange() <= stored.change()) {
            return stored;
        }
        log.publish();
        LoggedSince logged = LoggedSince.read(log.files().directory(), stored.message(), stored.change());
        // Retention may have deleted the events; the last numbers are still known.
        Ledger.LastNumbers next = stored.atLeast(new Ledger.LastNumbers(
                Math.max(logged.message(), log.lastMessage()),
                Math.max(logged.change(), log.lastChange()),
                logged.file(),
                logged.account(),
                logged.group()));
        if (restored.isPresent()) {
            next = next.atLeast(restored.get().floor());
        }
        List<LogEvent.Range> lost = new ArrayList<>();
        add(lost, "message", stored.message(), next.message());
        add(lost, "change", stored.change(), next.change());
        add(lost, "file", stored.file(), next.file());
        add(lost, "account", stored.account(), next.account());
        add(lost, "group", stored.group(), next.group());
        if (!isLogged) {
            report(restored, lost);
            // Logged first, because a database that has been written to is no longer older; a daemon that ends in
            // between logs it twice.
            log.appendSealed(restored.<LogEvent>map(from -> new LogEvent.Restored(from.backup(), from.sha256(), lost))
                    .orElse(new LogEvent.DatabaseOlder(lost)));
            isLogged = true;
        }
        ledger.writeOff(next, logged.names(), now);
        return next;
    }

    private static void report(Optional<Ledger.Restoration> restored, List<LogEvent.Range> lost) {
        String ranges = lost.stream()
                .map(range -> range.kind() + "s " + range.from() + " to " + range.to())
                .collect(Collectors.joining(", "));
        if (restored.isPresent()) {
            LOG.warn(
                    "CHATD-309 the database was restored from the backup of {}. Lost: {}. These numbers and the names in the"
                            + " log are not reused. Accounts are as they were then: repeat any disabling, deletion or"
                            + " password reset made since",
                    restored.get().backup(),
                    ranges);
            return;
        }
        LOG.error(
                "CHATD-304 the database is older than the log: it was restored, or replaced by another. Lost: {}. These numbers"
                        + " and the names in the log are not reused. Accounts are as they were then: repeat any"
                        + " disabling, deletion or password reset made since",
                ranges);
    }

    private static void add(List<LogEvent.Range> lost, String kind, long stored, long logged) {
        if (logged > stored) {
            lost.add(new LogEvent.Range(kind, stored + 1, logged));
        }
    }
}
