package chatd.daemon.journal;

import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.Entry;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.store.ledger.Committed;
import chatd.daemon.store.ledger.Ledger;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Reconnects the journal to its database, and finds out what became of a batch whose commit was not answered. Used by the
 * journal's thread only.
 */
final class DatabaseRecovery {
    private final Ledger ledger;
    private final Numbers numbers;
    private final JournalQueue queue;
    private final JournalStatus status;
    private final Clock clock;
    private final Journal.Observer observer;

    /** The position of the last entry that was committed. */
    private long committed;

    DatabaseRecovery(
            Ledger ledger,
            Numbers numbers,
            JournalQueue queue,
            JournalStatus status,
            Clock clock,
            Journal.Observer observer) {
        this.ledger = ledger;
        this.numbers = numbers;
        this.queue = queue;
        this.status = status;
        this.clock = clock;
        this.observer = observer;
    }

    /** Records the position of the last entry that was committed: the database must not come back without it. */
    void setCommitted(long position) {
        committed = position;
    }

    /**
     * Reconnects and returns which of the entries were committed, none or all; empty if the journal must end without
     * knowing.
     */
    Optional<List<Committed<Entry>>> outcome(DatabaseUnavailable loss, List<Entry> entries)
            throws InterruptedException {
        DatabaseUnavailable why = loss;
        while (reconnect(why)) {
            if (!loss.outcomeUnknown()) {
                return Optional.of(List.of());
            }
            try {
                return Optional.of(ledger.lookUp(entries));
            } catch (DatabaseUnavailable e) {
                why = e;
            }
        }
        return loss.outcomeUnknown() ? Optional.empty() : Optional.of(List.of());
    }

    /**
     * Reconnects to the database, refusing everything else until it is back. Returns false if the journal must end
     * instead.
     */
    boolean reconnect(DatabaseUnavailable why) throws InterruptedException {
        status.setDatabaseUnavailable(true);
        boolean reported = false;
        while (!status.isStopping()) {
            try {
                Ledger.LastNumbers there = ledger.open(clock.instant());
                if (there.position() < committed) {
                    throw new IllegalStateException("the database has lost committed entries: it ends at "
                            + there.position() + " but was at " + committed + ". The next start reports what is lost");
                }
                numbers.raiseTo(there, 0);
                status.setDatabaseUnavailable(false);
                if (reported) {
                    observer.databaseRestored();
                }
                return true;
            } catch (DatabaseUnavailable e) {
                if (!reported) {
                    reported = true;
                    observer.databaseLost(String.valueOf(why.getMessage()));
                }
            }
            queue.refuse(Refusal.databaseUnavailable());
            status.pause();
        }
        return false;
    }
}
