package chatd.daemon.store.ledger;

import static chatd.sql.generated.Tables.BLOCKED;
import static chatd.sql.generated.Tables.FRIENDSHIP;
import static chatd.sql.generated.Tables.FRIEND_REQUEST;

import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import org.jooq.Condition;
import org.jooq.DSLContext;

/** Writes the ledger's changes of friendships, requests and blocks. */
final class ContactRows {
    private ContactRows() {}

    static void ask(DSLContext sql, Change change, Effect.FriendAsked request) {
        sql.insertInto(FRIEND_REQUEST)
                .set(FRIEND_REQUEST.ASKER, change.account())
                .set(FRIEND_REQUEST.ASKED, request.asked())
                .set(FRIEND_REQUEST.OPEN, true)
                .set(FRIEND_REQUEST.TOLD, request.told())
                .set(FRIEND_REQUEST.TEXT, request.text())
                .set(FRIEND_REQUEST.TIME, change.time())
                .onDuplicateKeyUpdate()
                .set(FRIEND_REQUEST.OPEN, true)
                .set(FRIEND_REQUEST.TOLD, request.told())
                .set(FRIEND_REQUEST.TEXT, request.text())
                .set(FRIEND_REQUEST.TIME, change.time())
                .execute();
    }

    static void befriend(DSLContext sql, Change change, long other) {
        long account = change.account();
        sql.insertInto(FRIENDSHIP)
                .set(FRIENDSHIP.LOW, Math.min(account, other))
                .set(FRIENDSHIP.HIGH, Math.max(account, other))
                .set(FRIENDSHIP.SINCE, change.time())
                .execute();
        sql.deleteFrom(FRIEND_REQUEST)
                .where(isRequest(account, other).or(isRequest(other, account)))
                .execute();
    }

    static void decline(DSLContext sql, Change change, long asker) {
        close(sql, asker, change.account());
        sql.update(FRIEND_REQUEST)
                .set(FRIEND_REQUEST.DECLINED, change.time())
                .where(isRequest(asker, change.account()))
                .execute();
    }

    /**
     * Deletes a request; one that was declined is only closed, because the refusal must stay known.
     */
    static void withdraw(DSLContext sql, long asker, long asked) {
        close(sql, asker, asked);
        sql.deleteFrom(FRIEND_REQUEST)
                .where(isRequest(asker, asked), FRIEND_REQUEST.DECLINED.isNull())
                .execute();
    }

    private static void close(DSLContext sql, long asker, long asked) {
        sql.update(FRIEND_REQUEST)
                .set(FRIEND_REQUEST.OPEN, false)
                .set(FRIEND_REQUEST.TOLD, false)
                .set(FRIEND_REQUEST.TEXT, "")
                .where(isRequest(asker, asked))
                .execute();
    }

    private static Condition isRequest(long asker, long asked) {
        return FRIEND_REQUEST.ASKER.eq(asker).and(FRIEND_REQUEST.ASKED.eq(asked));
    }

    static void remove(DSLContext sql, long account, long other) {
        sql.deleteFrom(FRIENDSHIP)
                .where(FRIENDSHIP.LOW.eq(Math.min(account, other)), FRIENDSHIP.HIGH.eq(Math.max(account, other)))
                .execute();
    }

    static void block(DSLContext sql, Change change, Effect.UserBlocked block) {
        if (block.on()) {
            sql.insertInto(BLOCKED)
                    .set(BLOCKED.ACCOUNT, change.account())
                    .set(BLOCKED.OTHER, block.other())
                    .set(BLOCKED.SINCE, change.time())
                    .onDuplicateKeyIgnore()
                    .execute();
        } else {
            sql.deleteFrom(BLOCKED)
                    .where(BLOCKED.ACCOUNT.eq(change.account()), BLOCKED.OTHER.eq(block.other()))
                    .execute();
        }
    }

    /** Deletes all contacts of an account. */
    static void forget(DSLContext sql, long account) {
        sql.deleteFrom(FRIENDSHIP)
                .where(FRIENDSHIP.LOW.eq(account).or(FRIENDSHIP.HIGH.eq(account)))
                .execute();
        sql.deleteFrom(FRIEND_REQUEST)
                .where(FRIEND_REQUEST.ASKER.eq(account).or(FRIEND_REQUEST.ASKED.eq(account)))
                .execute();
        sql.deleteFrom(BLOCKED)
                .where(BLOCKED.ACCOUNT.eq(account).or(BLOCKED.OTHER.eq(account)))
                .execute();
    }
}
