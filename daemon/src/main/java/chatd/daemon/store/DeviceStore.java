package chatd.daemon.store;

import static chatd.sql.generated.Tables.REMEMBERED;

import chatd.daemon.model.Remembered;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Reads remembered devices, which the {@link Ledger} writes, and deletes those that are forgotten. Blocks. */
public final class DeviceStore {
    private final Database database;

    public DeviceStore(Database database) {
        this.database = database;
    }

    /** Returns the device with this chain; empty if there is none. */
    public Optional<Remembered> find(byte[] chain) {
        return select(REMEMBERED.CHAIN.eq(chain)).stream().findFirst();
    }

    /** Returns an account's devices, the one used last first. */
    public List<Remembered> of(long account) {
        return select(REMEMBERED.ACCOUNT.eq(account));
    }

    private List<Remembered> select(Condition which) {
        return database.with(sql -> sql.selectFrom(REMEMBERED)
                .where(which)
                .orderBy(REMEMBERED.USED.desc(), REMEMBERED.DEVICE)
                .fetch(row -> new Remembered(
                        row.getAccount(),
                        row.getDevice(),
                        ByteBuffer.wrap(row.getChain()),
                        ByteBuffer.wrap(row.getNewest()),
                        row.getEarlier() == null ? null : ByteBuffer.wrap(row.getEarlier()),
                        row.getSince(),
                        row.getUsed(),
                        row.getAddress())));
    }

    public void forget(long account, Collection<String> devices) {
        database.with(sql -> sql.deleteFrom(REMEMBERED)
                .where(REMEMBERED.ACCOUNT.eq(account), REMEMBERED.DEVICE.in(devices))
                .execute());
    }

    /** Forgets the devices of an account, except one. */
    public void forgetOthers(long account, String except) {
        database.with(sql -> forget(sql, account, except));
    }

    /** Inserts or updates a device, for the ledger. */
    static void write(DSLContext sql, Remembered device) {
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

    /** As {@link #forgetOthers}, for the ledger; forgets all if {@code except} is null. */
    static int forget(DSLContext sql, long account, @Nullable String except) {
        return sql.deleteFrom(REMEMBERED)
                .where(
                        REMEMBERED.ACCOUNT.eq(account),
                        except == null ? DSL.noCondition() : REMEMBERED.DEVICE.ne(except))
                .execute();
    }
}
