package chatd.daemon.store;

import static chatd.sql.generated.Tables.ACCOUNT_STORAGE;

import java.util.Objects;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Tells what accounts store, as {@link StorageRows} has counted it. Blocks. */
public final class StorageStore {
    private final Database database;
    private volatile @Nullable String directory;

    public StorageStore(Database database) {
        this.database = database;
    }

    /** The files that an account has sent and that were not taken back: how many, and their bytes together. */
    public record Stored(long files, long bytes) {
        public static final Stored NOTHING = new Stored(0, 0);
    }

    public Stored of(long account) {
        return database.with(sql -> sql.selectFrom(ACCOUNT_STORAGE)
                .where(ACCOUNT_STORAGE.ACCOUNT.eq(account))
                .fetchOptional(row -> new Stored(row.getFiles(), row.getBytes()))
                .orElse(Stored.NOTHING));
    }

    /** Returns the directory of the database's files, on its machine. */
    public String directory() {
        String known = directory;
        if (known == null) {
            known = Objects.requireNonNull(database.with(sql -> sql.select(DSL.field("@@datadir", String.class))
                    .fetchSingle()
                    .value1()));
            directory = known;
        }
        return known;
    }
}
