package chatd.daemon.store.ledger;

import static chatd.sql.generated.Tables.ACCOUNT;
import static chatd.sql.generated.Tables.ACCOUNT_CHANGE;
import static chatd.sql.generated.Tables.ACCOUNT_NAME;
import static chatd.sql.generated.Tables.CHAT_GROUP;
import static chatd.sql.generated.Tables.ERASURE;
import static chatd.sql.generated.Tables.GROUP_CHANGE;
import static chatd.sql.generated.Tables.MENTION;
import static chatd.sql.generated.Tables.REPORT;

import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.group.Group;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.people.Avatar;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/** Writes that somebody is erased, and erases what is left of them but their messages, in the caller's transaction. */
final class ErasureRows {
    private ErasureRows() {}

    /** Records that an erasure has begun; one that had begun, or had ended, begins again, and covers no less. */
    static void begin(DSLContext sql, Change change, boolean everywhere) {
        sql.insertInto(ERASURE)
                .set(ERASURE.ACCOUNT, change.account())
                .set(ERASURE.EVERYWHERE, everywhere)
                .set(ERASURE.BEGAN, change.time())
                .onDuplicateKeyUpdate()
                .set(
                        ERASURE.EVERYWHERE,
                        DSL.field(DSL.condition(ERASURE.EVERYWHERE).or(DSL.excluded(ERASURE.EVERYWHERE))))
                .setNull(ERASURE.ENDED)
                .execute();
    }

    /**
     * Erases the names of an account, from where it came, the words of its reports, and what it wrote about groups; records that
     * all is done.
     */
    static void end(DSLContext sql, Change change, Effect.AccountErased erased) {
        long account = change.account();
        String nameless = Account.erasedName(account);
        sql.update(ACCOUNT)
                .set(ACCOUNT.NAME, nameless)
                .where(ACCOUNT.NUMBER.eq(account))
                .execute();
        sql.deleteFrom(ACCOUNT_NAME).where(ACCOUNT_NAME.ACCOUNT.eq(account)).execute();
        sql.update(ACCOUNT_CHANGE)
                .set(ACCOUNT_CHANGE.NAME, nameless)
                .setNull(ACCOUNT_CHANGE.WAS)
                .setNull(ACCOUNT_CHANGE.SESSION)
                .setNull(ACCOUNT_CHANGE.DIALECT)
                .setNull(ACCOUNT_CHANGE.ADDRESS)
                .setNull(ACCOUNT_CHANGE.PORT)
                .where(ACCOUNT_CHANGE.ACCOUNT.eq(account))
                .execute();
        sql.update(REPORT)
                .set(REPORT.REASON, "")
                .where(REPORT.ACCOUNT.eq(account))
                .execute();
        sql.deleteFrom(MENTION).where(MENTION.ACCOUNT.eq(account)).execute();
        eraseTexts(sql, erased);
        sql.update(ERASURE)
                .set(ERASURE.ENDED, change.time())
                .where(ERASURE.ACCOUNT.eq(account))
                .execute();
    }

    /** Erases the names, topics and pictures of groups that nobody has any more, and topics of others. */
    private static void eraseTexts(DSLContext sql, Effect.AccountErased erased) {
        for (Long group : erased.groups()) {
            String nameless = Group.erasedName(group);
            sql.update(CHAT_GROUP)
                    .set(CHAT_GROUP.NAME, nameless)
                    .set(CHAT_GROUP.TOPIC, "")
                    .where(CHAT_GROUP.NUMBER.eq(group))
                    .execute();
            sql.update(GROUP_CHANGE)
                    .set(GROUP_CHANGE.NAME, nameless)
                    .set(GROUP_CHANGE.TEXT, DSL.when(GROUP_CHANGE.TEXT.isNotNull(), ""))
                    .where(GROUP_CHANGE.CHAT_GROUP.eq(group))
                    .execute();
            AvatarRows.write(sql, Addressee.group(group), Avatar.NONE);
        }
        for (Long group : erased.topics()) {
            sql.update(CHAT_GROUP)
                    .set(CHAT_GROUP.TOPIC, "")
                    .where(CHAT_GROUP.NUMBER.eq(group))
                    .execute();
        }
        if (!erased.changes().isEmpty()) {
            sql.update(GROUP_CHANGE)
                    .set(GROUP_CHANGE.TEXT, "")
                    .where(GROUP_CHANGE.NUMBER.in(erased.changes()))
                    .execute();
        }
    }
}
