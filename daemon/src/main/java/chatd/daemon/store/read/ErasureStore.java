package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.ACCOUNT;
import static chatd.sql.generated.Tables.CHAT_GROUP;
import static chatd.sql.generated.Tables.ERASURE;
import static chatd.sql.generated.Tables.FILE;
import static chatd.sql.generated.Tables.GROUP_MEMBER;
import static chatd.sql.generated.Tables.MESSAGE;
import static chatd.sql.generated.Tables.RECEIVER;
import static chatd.sql.generated.Tables.REPORT;

import chatd.daemon.model.message.Conversation;
import chatd.daemon.store.db.Database;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;

/** Reads who is erased, and what of theirs nobody else has. Blocks. */
public final class ErasureStore {
    /** The lowest number of a conversation that is neither with everyone nor a group's. */
    private static final long OF_TWO = 1L << 32;

    private final Database database;

    public ErasureStore(Database database) {
        this.database = database;
    }

    /** An erasure; {@code everywhere} if also what others were sent is erased. */
    public record Erasure(long account, boolean everywhere) {}

    /** Returns the erasures that are not complete, by number of the account. */
    public List<Erasure> unfinished() {
        return database.with(sql -> sql.select(ERASURE.ACCOUNT, ERASURE.EVERYWHERE)
                .from(ERASURE)
                .where(ERASURE.ENDED.isNull())
                .orderBy(ERASURE.ACCOUNT)
                .fetch(row -> new Erasure(row.value1(), row.value2())));
    }

    /** Somebody who was erased, or is being erased; {@code created} is when the account was made. */
    public record Erased(long account, Instant created, Instant began, boolean everywhere) {}

    /** Returns who was erased, or is being erased, by number of the account. */
    public List<Erased> all() {
        return database.with(sql -> sql.select(ERASURE.ACCOUNT, ACCOUNT.CREATED, ERASURE.BEGAN, ERASURE.EVERYWHERE)
                .from(ERASURE)
                .join(ACCOUNT)
                .on(ACCOUNT.NUMBER.eq(ERASURE.ACCOUNT))
                .orderBy(ERASURE.ACCOUNT)
                .fetch(row -> new Erased(row.value1(), row.value2(), row.value3(), row.value4())));
    }

    /**
     * What would be erased, and what others keep.
     *
     * @param kept the texts and files that others were sent, and keep
     * @param bytes of the files that go
     */
    public record Extent(long texts, long files, long bytes, long kept) {}

    /** Returns what an erasure of an account would erase. */
    public Extent extent(long account, boolean everywhere) {
        return database.with(sql -> {
            long kept = sql.fetchCount(
                    MESSAGE, own(account), everywhere ? DSL.falseCondition() : DSL.not(isNobodyElses(account)));
            Condition goes = everywhere ? own(account) : own(account).and(isNobodyElses(account));
            var files = sql.select(DSL.count(), DSL.sum(FILE.SIZE))
                    .from(MESSAGE)
                    .join(FILE)
                    .on(FILE.NUMBER.eq(MESSAGE.FILE))
                    .where(goes)
                    .fetchSingle();
            long bytes = files.value2() == null ? 0 : files.value2().longValue();
            return new Extent(
                    sql.fetchCount(MESSAGE, goes, MESSAGE.FILE.isNull()),
                    Objects.requireNonNull(files.value1()),
                    bytes,
                    kept);
        });
    }

    /** Returns how many reports are open that the account has made, or that are about what its user wrote. */
    public int openReports(long account) {
        return database.with(sql -> sql.fetchCount(sql.selectOne()
                .from(REPORT)
                .leftJoin(MESSAGE)
                .on(MESSAGE.NUMBER.eq(REPORT.MESSAGE))
                .where(REPORT.CLOSED.isNull(), REPORT.ACCOUNT.eq(account).or(MESSAGE.SENDER.eq(account)))));
    }

    /**
     * Returns the numbers of messages above {@code after} that an erasure takes back, ascending: of the account's user, all,
     * or those that nobody else has; and of others who were erased, those that nobody has any more.
     */
    public List<Long> going(long account, boolean everywhere, long after, int limit) {
        Condition isLater = MESSAGE.NUMBER.gt(after).and(MESSAGE.SALT.isNotNull());
        Condition isNobodys = isErased(MESSAGE.SENDER, account).and(isNobodyElses(account));
        return database.with(sql -> sql.select(MESSAGE.NUMBER)
                .from(MESSAGE)
                .where(isLater, own(account), everywhere ? DSL.trueCondition() : isNobodyElses(account))
                .union(DSL.select(MESSAGE.NUMBER).from(MESSAGE).where(isLater, MESSAGE.RECEIVER.eq(account), isNobodys))
                .union(DSL.select(MESSAGE.NUMBER)
                        .from(RECEIVER)
                        .join(MESSAGE)
                        .on(MESSAGE.NUMBER.eq(RECEIVER.MESSAGE))
                        .where(isLater, RECEIVER.ACCOUNT.eq(account), isNobodys))
                .union(DSL.select(MESSAGE.NUMBER)
                        .from(CHAT_GROUP)
                        .join(MESSAGE)
                        .on(MESSAGE.CONVERSATION.eq(CHAT_GROUP.NUMBER))
                        .where(
                                isLater,
                                isErased(MESSAGE.SENDER, account),
                                DSL.notExists(DSL.selectOne()
                                        .from(GROUP_MEMBER)
                                        .where(
                                                GROUP_MEMBER.CHAT_GROUP.eq(CHAT_GROUP.NUMBER),
                                                DSL.not(isErased(GROUP_MEMBER.ACCOUNT, account))))))
                .orderBy(1)
                .limit(limit)
                .fetch(MESSAGE.NUMBER));
    }

    private static Condition own(long account) {
        return MESSAGE.SENDER.eq(account).and(MESSAGE.SALT.isNotNull());
    }

    /** Whether an account is the one that is being erased, or another that was. */
    private static Condition isErased(Field<Long> other, long account) {
        return other.eq(account).or(DSL.exists(DSL.selectOne().from(ERASURE).where(ERASURE.ACCOUNT.eq(other))));
    }

    /** Whether a message has no reader, besides its sender, who is not erased. */
    private static Condition isNobodyElses(long account) {
        Condition hasGroupReader = DSL.exists(DSL.selectOne()
                .from(GROUP_MEMBER)
                .where(
                        GROUP_MEMBER.CHAT_GROUP.eq(MESSAGE.CONVERSATION),
                        DSL.not(isErased(GROUP_MEMBER.ACCOUNT, account)),
                        GROUP_MEMBER.FROM_MID.le(MESSAGE.NUMBER),
                        DSL.coalesce(GROUP_MEMBER.UNTIL_MID, MESSAGE.NUMBER).ge(MESSAGE.NUMBER)));
        Condition isOfGroup = MESSAGE.CONVERSATION.gt(Conversation.EVERYONE).and(MESSAGE.CONVERSATION.lt(OF_TWO));
        Condition hasReceiver = DSL.exists(DSL.selectOne()
                .from(RECEIVER)
                .where(RECEIVER.MESSAGE.eq(MESSAGE.NUMBER), DSL.not(isErased(RECEIVER.ACCOUNT, account))));
        return DSL.case_()
                .when(MESSAGE.CONVERSATION.eq(Conversation.EVERYONE), DSL.field(DSL.falseCondition()))
                .when(isOfGroup, DSL.field(DSL.not(hasGroupReader)))
                .when(MESSAGE.RECEIVER.gt(0L), DSL.field(isErased(MESSAGE.RECEIVER, account)))
                .otherwise(DSL.field(DSL.not(hasReceiver)))
                .isTrue();
    }
}
