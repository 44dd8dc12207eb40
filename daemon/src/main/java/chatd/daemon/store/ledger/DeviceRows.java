package chatd.daemon.store.ledger;

import static chatd.sql.generated.Tables.REMEMBERED;

import chatd.daemon.model.account.RememberedDevice;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Writes the rows of remembered devices, in the caller's transaction. */
public final class DeviceRows {
    private DeviceRows() {}

    /** Inserts or updates a device. */
    static void write(DSLContext sql, RememberedDevice device) {
        sql.insertInto(REMEMBERED)
                .set(REMEMBERED.ACCOUNT, device.account())
                .set(REMEMBERED.DEVICE, device.device())
                .set(REMEMBERED.CHAIN, device.chain().array())
                .set(REMEMBERED.NEWEST, device.newest().array())
                .set(
                        REMEMBERED.EARLIER,
                        device.earlier() == null ? null : device.earlier().array())
                .set(REMEMBERED.SINCE, device.since())
                .set(REMEMBERED.USED, device.used())
                .set(REMEMBERED.ADDRESS, device.address())
                .onDuplicateKeyUpdate()
                .set(REMEMBERED.CHAIN, DSL.excluded(REMEMBERED.CHAIN))
                .set(REMEMBERED.NEWEST, DSL.excluded(REMEMBERED.NEWEST))
                .set(REMEMBERED.EARLIER, DSL.excluded(REMEMBERED.EARLIER))
                .set(REMEMBERED.SINCE, DSL.excluded(REMEMBERED.SINCE))
                .set(REMEMBERED.USED, DSL.excluded(REMEMBERED.USED))
                .set(REMEMBERED.ADDRESS, DSL.excluded(REMEMBERED.ADDRESS))
                .execute();
    }

    /** Forgets the devices of an account, except one; all if {@code except} is null. Returns how many. */
    public static int forget(DSLContext sql, long account, @Nullable String except) {
        return sql.deleteFrom(REMEMBERED)
                .where(
                        REMEMBERED.ACCOUNT.eq(account),
                        except == null ? DSL.noCondition() : REMEMBERED.DEVICE.ne(except))
                .execute();
    }
}
