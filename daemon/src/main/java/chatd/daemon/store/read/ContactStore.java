package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.BLOCKED;
import static chatd.sql.generated.Tables.FRIENDSHIP;
import static chatd.sql.generated.Tables.FRIEND_REQUEST;

import chatd.daemon.model.account.FriendRequest;
import chatd.daemon.model.account.Pair;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.ledger.Ledger;
import chatd.protocol.event.SessionEvent;
import java.util.List;

/** Reads friendships, requests and blocks, which only the {@link Ledger} writes. Blocks. */
public final class ContactStore {
    private final Database database;

    public ContactStore(Database database) {
        this.database = database;
    }

    /** Returns all friendships. */
    public List<Pair> friendships() {
        return database.with(sql -> sql.selectFrom(FRIENDSHIP).fetch(row -> new Pair(row.getLow(), row.getHigh())));
    }

    /** Returns all requests, both open and declined. */
    public List<FriendRequest> requests() {
        return database.with(sql -> sql.select(
                        FRIEND_REQUEST.ASKER,
                        FRIEND_REQUEST.ASKED,
                        FRIEND_REQUEST.OPEN,
                        FRIEND_REQUEST.TOLD,
                        FRIEND_REQUEST.DECLINED)
                .from(FRIEND_REQUEST)
                .fetch(row -> new FriendRequest(row.value1(), row.value2(), row.value3(), row.value4(), row.value5())));
    }

    /** Returns all blocks: who has blocked, and whom. */
    public List<Pair> blocks() {
        return database.with(sql -> sql.selectFrom(BLOCKED).fetch(row -> new Pair(row.getAccount(), row.getOther())));
    }

    /** Returns the open requests that an account has received, the oldest first. */
    public List<SessionEvent.Request> received(long account) {
        return database.with(sql -> sql.select(FRIEND_REQUEST.ASKER, FRIEND_REQUEST.TEXT)
                .from(FRIEND_REQUEST)
                .where(FRIEND_REQUEST.ASKED.eq(account), FRIEND_REQUEST.OPEN.isTrue(), FRIEND_REQUEST.TOLD.isTrue())
                .orderBy(FRIEND_REQUEST.TIME, FRIEND_REQUEST.ASKER)
                .fetch(row -> new SessionEvent.Request(row.value1(), row.value2())));
    }
}
