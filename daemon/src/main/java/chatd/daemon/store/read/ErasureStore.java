package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.ACCOUNT;
import static chatd.sql.generated.Tables.CHAT_GROUP;
import static chatd.sql.generated.Tables.ERASURE;
import static chatd.sql.generated.Tables.FILE;
import static chatd.sql.generated.Tables.GROUP_CHANGE;
import static chatd.sql.generated.Tables.GROUP_MEMBER;
import static chatd.sql.generated.Tables.MESSAGE;
import static chatd.sql.generated.Tables.RECEIVER;
import static chatd.sql.generated.Tables.REPORT;

import chatd.daemon.model.message.Conversation;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.ledger.GroupRows;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;

/** Reads who is erased, and what of theirs nobody else has. Blocks. */
public final class ErasureStore {
    /** The lowest number of a conversation that is neither with everyone nor a group's. */
    private static final long OF_TWO = 1L << 32;

    /** Messages that one statement looks at. */
    private static final int PART = 100;

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

    /** A message that may be erased. */
    private record Candidate(long number, boolean isFile, long bytes, boolean isNobodyElses) {}

    /** Returns what an erasure of an account would erase. Reads all that its user wrote, a part at a time. */
    public Extent extent(long account, boolean everywhere) {
        long texts = 0;
        long files = 0;
        long bytes = 0;
        long kept = 0;
        List<Candidate> part = own(account, 0);
        while (!part.isEmpty()) {
            for (Candidate message : part) {
                if (!everywhere && !message.isNobodyElses()) {
                    kept++;
                } else if (message.isFile()) {
                    files++;
                    bytes += message.bytes();
                } else {
                    texts++;
                }
            }
            part = own(account, part.getLast().number());
        }
        return new Extent(texts, files, bytes, kept);
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
     * Some of the messages that an erasure takes back.
     *
     * @param numbers ascending
     * @param upTo the number up to which these are all; {@link Long#MAX_VALUE} if there are no more
     */
    public record Part(List<Long> numbers, long upTo) {}

    /**
     * Returns the messages above {@code after} that an erasure takes back, some at a time, so that no statement reads much: of
     * the account's user, all, or those that nobody else has; and of others who were erased, those that nobody has any more.
     */
    public Part going(long account, boolean everywhere, long after) {
        List<Candidate> own = own(account, after);
        List<Candidate> received = candidates(account, MESSAGE.RECEIVER.eq(account), after);
        List<Candidate> shared = database.with(sql -> sql.select(
                        MESSAGE.NUMBER,
                        DSL.field(isErased(MESSAGE.SENDER, account).and(isNobodyElses(account))))
                .from(RECEIVER)
                .join(MESSAGE)
                .on(MESSAGE.NUMBER.eq(RECEIVER.MESSAGE))
                .where(RECEIVER.ACCOUNT.eq(account), RECEIVER.MESSAGE.gt(after), MESSAGE.SALT.isNotNull())
                .orderBy(RECEIVER.MESSAGE)
                .limit(PART)
                .fetch(row -> new Candidate(row.value1(), false, 0, row.value2())));
        List<Candidate> ofGroups = ofDeadGroups(account, after);
        long upTo = Math.min(Math.min(end(own), end(received)), Math.min(end(shared), end(ofGroups)));
        TreeSet<Long> numbers = new TreeSet<>();
        own.stream().filter(message -> everywhere || message.isNobodyElses()).forEach(one -> numbers.add(one.number()));
        Stream.of(received, shared, ofGroups)
                .flatMap(List::stream)
                .filter(Candidate::isNobodyElses)
                .forEach(one -> numbers.add(one.number()));
        return new Part(List.copyOf(numbers.headSet(upTo, true)), upTo);
    }

    private static long end(List<Candidate> part) {
        return part.size() < PART ? Long.MAX_VALUE : part.getLast().number();
    }

    /** Returns what the account's user wrote above a number, and is not taken back. */
    private List<Candidate> own(long account, long after) {
        return candidates(account, MESSAGE.SENDER.eq(account), after);
    }

    private List<Candidate> candidates(long account, Condition which, long after) {
        return database.with(sql -> sql.select(
                        MESSAGE.NUMBER,
                        FILE.SIZE,
                        DSL.field(isErased(MESSAGE.SENDER, account).and(isNobodyElses(account))))
                .from(MESSAGE)
                .leftJoin(FILE)
                .on(FILE.NUMBER.eq(MESSAGE.FILE))
                .where(which, MESSAGE.NUMBER.gt(after), MESSAGE.SALT.isNotNull())
                .orderBy(MESSAGE.NUMBER)
                .limit(PART)
                .fetch(row -> new Candidate(
                        row.value1(), row.value2() != null, row.value2() == null ? 0 : row.value2(), row.value3())));
    }

    /** Returns what people who were erased wrote in groups that have nobody else any more. */
    private List<Candidate> ofDeadGroups(long account, long after) {
        return database.with(sql -> sql.select(MESSAGE.NUMBER)
                .from(CHAT_GROUP)
                .join(MESSAGE)
                .on(MESSAGE.CONVERSATION.eq(CHAT_GROUP.NUMBER))
                .where(
                        MESSAGE.NUMBER.gt(after),
                        MESSAGE.SALT.isNotNull(),
                        isErased(MESSAGE.SENDER, account),
                        DSL.notExists(DSL.selectOne()
                                .from(GROUP_MEMBER)
                                .where(
                                        GROUP_MEMBER.CHAT_GROUP.eq(CHAT_GROUP.NUMBER),
                                        DSL.not(isErased(GROUP_MEMBER.ACCOUNT, account)))))
                .orderBy(MESSAGE.NUMBER)
                .limit(PART)
                .fetch(row -> new Candidate(row.value1(), false, 0, true)));
    }

    /**
     * What an account wrote about groups.
     *
     * @param groups those that nobody has any more
     * @param topics other groups, whose topic is still its own
     * @param changes the changes by which it set topics of others
     */
    public record AboutGroups(List<Long> groups, List<Long> topics, List<Long> changes) {}

    /** Returns what an account wrote about groups that nobody has any more; {@code everywhere} also about others. */
    public AboutGroups aboutGroups(long account, boolean everywhere) {
        return database.with(sql -> {
            List<Long> groups = sql.select(CHAT_GROUP.NUMBER)
                    .from(CHAT_GROUP)
                    .where(
                            DSL.notExists(DSL.selectOne()
                                    .from(GROUP_MEMBER)
                                    .where(GROUP_MEMBER.CHAT_GROUP.eq(CHAT_GROUP.NUMBER))),
                            DSL.exists(DSL.selectOne()
                                    .from(GROUP_CHANGE)
                                    .where(
                                            GROUP_CHANGE.CHAT_GROUP.eq(CHAT_GROUP.NUMBER),
                                            GROUP_CHANGE.ACTOR.eq(account))))
                    .fetch(CHAT_GROUP.NUMBER);
            if (!everywhere) {
                return new AboutGroups(groups, List.of(), List.of());
            }
            Condition isTopic = GROUP_CHANGE.KIND.eq(GroupRows.SET).and(GROUP_CHANGE.TEXT.isNotNull());
            Map<Long, List<Long>> changes = sql.select(GROUP_CHANGE.CHAT_GROUP, GROUP_CHANGE.NUMBER)
                    .from(GROUP_CHANGE)
                    .where(GROUP_CHANGE.ACTOR.eq(account), isTopic)
                    .fetchGroups(GROUP_CHANGE.CHAT_GROUP, GROUP_CHANGE.NUMBER);
            List<Long> topics = changes.entrySet().stream()
                    .filter(own -> sql.select(DSL.max(GROUP_CHANGE.NUMBER))
                            .from(GROUP_CHANGE)
                            .where(GROUP_CHANGE.CHAT_GROUP.eq(own.getKey()), isTopic)
                            .fetchSingle(row -> own.getValue().contains(row.value1())))
                    .map(Map.Entry::getKey)
                    .toList();
            return new AboutGroups(
                    groups,
                    topics,
                    changes.values().stream().flatMap(List::stream).toList());
        });
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
