package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.RESTORATION;

import chatd.daemon.store.db.Database;
import java.time.Instant;
import java.util.List;

/** Reads which times the database was restored from a backup. Blocks. */
public final class RestorationStore {
    private final Database database;

    public RestorationStore(Database database) {
        this.database = database;
    }

    /**
     * A restoration.
     *
     * @param position the number of the last entry that the backup had
     * @param begins the entries after it have higher numbers than this
     * @param backup when the backup was made
     * @param time when it was restored
     */
    public record Restored(long position, long begins, Instant backup, Instant time) {}

    /** Returns all restorations, the newest first. */
    public List<Restored> all() {
        return database.with(sql -> sql.selectFrom(RESTORATION)
                .orderBy(RESTORATION.BEGINS.desc())
                .fetch(row -> new Restored(row.getPosition(), row.getBegins(), row.getBackupTime(), row.getTime())));
    }
}
