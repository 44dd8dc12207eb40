package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.BACKUP;

import chatd.daemon.store.db.Database;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.jooq.Condition;
import org.jspecify.annotations.Nullable;

/** Records which backups were made. Each statement is a transaction of its own; methods block. */
public final class BackupStore {
    /** Backups that are kept in the table: those of some years. */
    private static final int KEPT = 2_000;

    /** Maximum length of a file's name, and of a reason, in characters, as in the table. */
    private static final int MAX_TEXT = 1_000;

    private final Database database;

    public BackupStore(Database database) {
        this.database = database;
    }

    /**
     * A backup that ended.
     *
     * @param failure why it failed; empty if it was made
     */
    public record Ended(Instant time, String file, String failure) {}

    /** Records a backup that was made; {@code sha256} is in hexadecimal. */
    public void recordMade(Instant time, String file, long position, long size, String sha256) {
        record(time, file, position, size, HexFormat.of().parseHex(sha256), null);
    }

    /** Records a backup that failed. */
    public void recordFailure(Instant time, String file, String why) {
        record(time, file, null, null, null, cut(why));
    }

    private void record(
            Instant time,
            String file,
            @Nullable Long position,
            @Nullable Long size,
            byte @Nullable [] sha256,
            @Nullable String failure) {
        database.with(sql -> sql.insertInto(
                        BACKUP, BACKUP.TIME, BACKUP.FILE, BACKUP.POSITION, BACKUP.SIZE, BACKUP.SHA256, BACKUP.FAILURE)
                .values(time, cut(file), position, size, sha256, failure)
                .execute());
        last().ifPresent(newest -> database.with(sql ->
                sql.deleteFrom(BACKUP).where(BACKUP.NUMBER.le(newest - KEPT)).execute()));
    }

    private Optional<Long> last() {
        return database.with(sql -> sql.select(BACKUP.NUMBER)
                .from(BACKUP)
                .orderBy(BACKUP.NUMBER.desc())
                .limit(1)
                .fetchOptional(BACKUP.NUMBER));
    }

    private static String cut(String text) {
        return text.substring(0, text.offsetByCodePoints(0, Math.min(text.codePointCount(0, text.length()), MAX_TEXT)));
    }

    /** Returns the backup that ended last, whether it was made or failed; empty if there is none. */
    public Optional<Ended> lastEnded() {
        return newest(BACKUP.NUMBER.isNotNull());
    }

    /** Returns the backup that was made last; empty if there is none. */
    public Optional<Ended> lastMade() {
        return newest(BACKUP.FAILURE.isNull());
    }

    private Optional<Ended> newest(Condition which) {
        return database.with(sql -> sql.selectFrom(BACKUP)
                .where(which)
                .orderBy(BACKUP.NUMBER.desc())
                .limit(1)
                .fetchOptional(row ->
                        new Ended(row.getTime(), row.getFile(), row.getFailure() == null ? "" : row.getFailure())));
    }
}
