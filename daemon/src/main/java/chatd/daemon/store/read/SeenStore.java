package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.LAST_SEEN;

import chatd.daemon.store.db.Database;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jooq.impl.DSL;

/** When accounts were online last, of those who tell it. Blocks. */
public final class SeenStore {
    /** Rows of one statement. */
    private static final int ROWS = 500;

    private final Database database;

    public SeenStore(Database database) {
        this.database = database;
    }

    public Map<Long, Instant> all() {
        return database.with(sql -> sql.select(LAST_SEEN.ACCOUNT, LAST_SEEN.TIME)
                .from(LAST_SEEN)
                .fetchMap(LAST_SEEN.ACCOUNT, LAST_SEEN.TIME));
    }

    /** Stores times, in place of earlier ones of the same accounts. */
    public void save(Map<Long, Instant> times) {
        List<Map.Entry<Long, Instant>> rows = new ArrayList<>(times.entrySet());
        for (int from = 0; from < rows.size(); from += ROWS) {
            List<Map.Entry<Long, Instant>> some = rows.subList(from, Math.min(rows.size(), from + ROWS));
            database.with(sql -> {
                var insert = sql.insertInto(LAST_SEEN, LAST_SEEN.ACCOUNT, LAST_SEEN.TIME);
                for (Map.Entry<Long, Instant> row : some) {
                    insert = insert.values(row.getKey(), row.getValue());
                }
                return insert.onDuplicateKeyUpdate()
                        .set(LAST_SEEN.TIME, DSL.excluded(LAST_SEEN.TIME))
                        .execute();
            });
        }
    }
}
