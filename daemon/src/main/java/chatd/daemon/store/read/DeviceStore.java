package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.REMEMBERED;

import chatd.daemon.model.account.RememberedDevice;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.ledger.DeviceRows;
import chatd.daemon.store.ledger.Ledger;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;

/** Reads remembered devices, which the {@link Ledger} writes, and deletes those that are forgotten. Blocks. */
public final class DeviceStore {
    private final Database database;

    public DeviceStore(Database database) {
        this.database = database;
    }

    /** Returns the device with this chain; empty if there is none. */
    public Optional<RememberedDevice> find(byte[] chain) {
        return select(REMEMBERED.CHAIN.eq(chain)).stream().findFirst();
    }

    /** Returns an account's devices, the one used last first. */
    public List<RememberedDevice> of(long account) {
        return select(REMEMBERED.ACCOUNT.eq(account));
    }

    private List<RememberedDevice> select(Condition which) {
        return database.with(sql -> sql.selectFrom(REMEMBERED)
                .where(which)
                .orderBy(REMEMBERED.USED.desc(), REMEMBERED.DEVICE)
                .fetch(row -> new RememberedDevice(
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
        database.with(sql -> DeviceRows.forget(sql, account, except));
    }
}
