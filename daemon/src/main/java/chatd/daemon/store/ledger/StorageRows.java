package chatd.daemon.store.ledger;

import static chatd.sql.generated.Tables.ACCOUNT_STORAGE;
import static chatd.sql.generated.Tables.CONTENT;
import static chatd.sql.generated.Tables.FILE;

import java.util.Collection;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/** Counts what accounts store, in the transaction that stores or erases a file. */
public final class StorageRows {
    private StorageRows() {}

    static void add(DSLContext sql, long account, long bytes) {
        sql.insertInto(ACCOUNT_STORAGE)
                .set(ACCOUNT_STORAGE.ACCOUNT, account)
                .set(ACCOUNT_STORAGE.FILES, 1L)
                .set(ACCOUNT_STORAGE.BYTES, bytes)
                .onDuplicateKeyUpdate()
                .set(ACCOUNT_STORAGE.FILES, ACCOUNT_STORAGE.FILES.plus(1))
                .set(ACCOUNT_STORAGE.BYTES, ACCOUNT_STORAGE.BYTES.plus(bytes))
                .execute();
    }

    /** Takes care that no file sent later is deduplicated against contents that no file has any more. */
    static void forgetUnused(DSLContext sql, Collection<Long> contents) {
        sql.update(CONTENT)
                .setNull(CONTENT.DIGEST)
                .where(
                        CONTENT.NUMBER.in(contents),
                        DSL.notExists(DSL.selectOne().from(FILE).where(FILE.CONTENT.eq(CONTENT.NUMBER))))
                .execute();
    }

    static void remove(DSLContext sql, long account, long bytes) {
        sql.update(ACCOUNT_STORAGE)
                .set(ACCOUNT_STORAGE.FILES, ACCOUNT_STORAGE.FILES.minus(1))
                .set(ACCOUNT_STORAGE.BYTES, ACCOUNT_STORAGE.BYTES.minus(bytes))
                .where(ACCOUNT_STORAGE.ACCOUNT.eq(account))
                .execute();
    }
}
