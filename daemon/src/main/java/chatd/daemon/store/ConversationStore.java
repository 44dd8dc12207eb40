package chatd.daemon.store;

import static chatd.sql.generated.Tables.MENTION;
import static chatd.sql.generated.Tables.MESSAGE;
import static chatd.sql.generated.Tables.PARTY;
import static chatd.sql.generated.Tables.RECEIVER;

import chatd.daemon.model.Account;
import chatd.daemon.model.Conversation;
import chatd.daemon.model.Party;
import chatd.protocol.value.Attention;
import chatd.protocol.value.Unread;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.DSL;

/**
 * Reads the conversations of users, and keeps how far they have read them. The cost of a query depends on how many
 * conversations the user has, not on how long they are; what is unread is counted up to {@link Unread#MOST}. Blocks.
 */
public final class ConversationStore {
    /** Maximum number of conversations about which a query tells. */
    public static final int MOST = 2_000;

    private final Database database;

    public ConversationStore(Database database) {
        this.database = database;
    }

    /**
     * Returns those conversations of a user that have something unread, or of which it wants something special; the
     * {@value #MOST} with the newest messages, if there are more.
     *
     * @param upTo no message above this number
     */
    public List<Party> notable(Account account, long upTo) {
        Condition isSpecial = PARTY.NOTIFY
                .ne(Attention.DEFAULT.notices().code)
                .or(PARTY.PINNED)
                .or(PARTY.UNREAD);
        return parties(account, DSL.noCondition(), isSpecial, upTo);
    }

    /** Returns a user's part in these conversations, in any order. */
    public List<Party> parties(Account account, Collection<Long> conversations, long upTo) {
        return parties(account, PARTY.CONVERSATION.in(conversations), DSL.trueCondition(), upTo);
    }

    /** The numbers in one index of what is unread in a conversation. */
    private record Range(Table<?> from, TableField<?, Long> number, Condition condition) {
        Field<Long> first(int skipped) {
            return DSL.field(DSL.select(number)
                    .from(from)
                    .where(condition)
                    .orderBy(number.asc())
                    .limit(1)
                    .offset(skipped));
        }

        Field<Long> last() {
            return DSL.field(DSL.select(number)
                    .from(from)
                    .where(condition)
                    .orderBy(number.desc())
                    .limit(1));
        }

        Field<Integer> count() {
            return DSL.field(DSL.select(DSL.count()).from(from).where(condition));
        }
    }

    private static Range messages(Account account, Field<Long> conversation, Field<Long> after, Field<Long> upTo) {
        return new Range(
                MESSAGE,
                MESSAGE.NUMBER,
                MESSAGE.CONVERSATION
                        .eq(conversation)
                        .and(MESSAGE.NUMBER.gt(after))
                        .and(MESSAGE.NUMBER.le(upTo))
                        .and(MESSAGE.SENDER.ne(account.number())));
    }

    /** A message to several has a row for each receiver. */
    private static Range parts(Account account, Field<Long> conversation, Field<Long> after, Field<Long> upTo) {
        return new Range(
                RECEIVER,
                RECEIVER.MESSAGE,
                RECEIVER.CONVERSATION
                        .eq(conversation)
                        .and(RECEIVER.MESSAGE.gt(after))
                        .and(RECEIVER.MESSAGE.le(upTo))
                        .and(RECEIVER.ACCOUNT.eq(account.number())));
    }

    private List<Party> parties(Account account, Condition which, Condition isWanted, long upTo) {
        Field<Long> end = DSL.val(upTo);
        Range whole = messages(account, PARTY.CONVERSATION, PARTY.READ_MID, end);
        Range part = parts(account, PARTY.CONVERSATION, PARTY.READ_MID, end);
        Field<Long> newest = DSL.greatest(DSL.coalesce(whole.last(), 0L), DSL.coalesce(part.last(), 0L))
                .as("newest");
        Field<Long> oldest = DSL.least(DSL.coalesce(whole.first(0), end), DSL.coalesce(part.first(0), end))
                .as("oldest");
        // From here on they are only counted as more.
        Field<Long> enough = DSL.least(
                        DSL.coalesce(whole.first(Unread.MOST - 1), end), DSL.coalesce(part.first(Unread.MOST - 1), end))
                .as("enough");
        Table<?> found = DSL.select(
                        PARTY.CONVERSATION,
                        PARTY.READ_MID,
                        PARTY.NOTIFY,
                        PARTY.PINNED,
                        PARTY.UNREAD,
                        newest,
                        oldest,
                        enough)
                .from(PARTY)
                .where(PARTY.ACCOUNT.eq(account.number()), which)
                .having(newest.gt(0L).or(isWanted))
                .orderBy(newest.desc())
                .limit(MOST)
                .asTable("found");
        Field<Long> conversation = of(found, PARTY.CONVERSATION);
        Field<Long> read = of(found, PARTY.READ_MID);
        Field<Long> upToEnough = of(found, enough);
        Field<Integer> count = messages(account, conversation, read, upToEnough)
                .count()
                .plus(parts(account, conversation, read, upToEnough).count())
                .as("count");
        Field<Integer> mentions = DSL.field(DSL.select(DSL.count())
                        .from(MENTION)
                        .where(
                                MENTION.ACCOUNT.eq(account.number()),
                                MENTION.CONVERSATION.eq(conversation),
                                MENTION.MESSAGE.gt(read),
                                MENTION.MESSAGE.le(upToEnough)))
                .as("mentions");
        return database.with(sql -> sql.select(found.fields())
                .select(count, mentions)
                .from(found)
                .fetch(row -> new Party(
                        row.get(conversation),
                        row.get(read),
                        new Attention(
                                Attention.Notices.of(row.get(of(found, PARTY.NOTIFY))),
                                row.get(of(found, PARTY.PINNED)),
                                row.get(of(found, PARTY.UNREAD))),
                        row.get(count) == 0
                                ? Unread.NOTHING
                                : new Unread(
                                        Math.min(Unread.MOST, row.get(count)),
                                        Math.min(Unread.MOST, row.get(mentions)),
                                        row.get(of(found, oldest)),
                                        row.get(of(found, newest))))));
    }

    private static <T> Field<T> of(Table<?> table, Field<T> field) {
        return Objects.requireNonNull(table.field(field));
    }

    /** A conversation and the number of its last message. */
    public record Last(long conversation, long message) {}

    /**
     * Returns a user's conversations, by their last message, the newest first.
     *
     * @param upTo only those whose last message has at most this number
     */
    public List<Last> byLast(Account account, long upTo, int count) {
        return byLast(account, DSL.noCondition(), upTo, count);
    }

    private List<Last> byLast(Account account, Condition which, long upTo, int count) {
        Field<Long> isWhole = last(MESSAGE, MESSAGE.NUMBER, MESSAGE.CONVERSATION.eq(PARTY.CONVERSATION));
        Field<Long> isPart = last(RECEIVER, RECEIVER.MESSAGE, RECEIVER.CONVERSATION.eq(PARTY.CONVERSATION));
        Field<Long> isWithheld = last(MESSAGE, MESSAGE.NUMBER, MESSAGE.CONVERSATION.eq(PARTY.WITHHELD));
        Field<Long> last = DSL.greatest(
                        DSL.coalesce(isWhole, 0L), DSL.coalesce(isPart, 0L), DSL.coalesce(isWithheld, 0L))
                .as("last");
        // Of what went to everyone, a user has what came after its account was made.
        Condition isIts = last.gt(DSL.when(PARTY.CONVERSATION.eq(Conversation.EVERYONE), account.everyoneAfter())
                .otherwise(0L));
        return database.with(sql -> sql.select(PARTY.CONVERSATION, last)
                .from(PARTY)
                .where(PARTY.ACCOUNT.eq(account.number()), which)
                .having(isIts, last.le(upTo))
                .orderBy(last.desc())
                .limit(count)
                .fetch(row -> new Last(row.value1(), row.value2())));
    }

    private static Field<Long> last(Table<?> from, TableField<?, Long> number, Condition which) {
        return DSL.field(DSL.select(number)
                .from(from)
                .where(which)
                .orderBy(number.desc())
                .limit(1));
    }

    /** Returns the number of the last message in a user's conversation, up to a number; 0 if there is none. */
    public long newest(Account account, long conversation, long upTo) {
        return byLast(account, PARTY.CONVERSATION.eq(conversation), upTo, 1).stream()
                .mapToLong(Last::message)
                .findFirst()
                .orElse(0);
    }

    /** Returns up to which numbers two users of a conversation, or one with itself, have read it, by account. */
    public SortedMap<Long, Long> read(long conversation, Collection<Long> accounts) {
        return database.with(sql -> new TreeMap<>(sql.select(PARTY.ACCOUNT, PARTY.READ_MID)
                .from(PARTY)
                .where(PARTY.ACCOUNT.in(accounts), PARTY.CONVERSATION.eq(conversation))
                .fetchMap(PARTY.ACCOUNT, PARTY.READ_MID)));
    }

    /**
     * How far a user has read a conversation.
     *
     * @param session the id of the session that said so
     */
    public record Mark(long account, long conversation, long message, String session) {}

    /** Stores marks, none of which goes back, in one transaction. */
    public void mark(Collection<Mark> marks) {
        var rows = DSL.insertInto(PARTY, PARTY.ACCOUNT, PARTY.CONVERSATION, PARTY.READ_MID);
        for (Mark mark : marks) {
            rows = rows.values(mark.account(), mark.conversation(), mark.message());
        }
        var insert = rows.onDuplicateKeyUpdate()
                .set(PARTY.READ_MID, DSL.greatest(PARTY.READ_MID, DSL.excluded(PARTY.READ_MID)));
        database.with(sql -> sql.execute(insert));
    }

    /** Stores what a user wants of a conversation. */
    public void want(long account, long conversation, long read, Attention attention) {
        database.with(sql -> sql.insertInto(PARTY)
                .set(PARTY.ACCOUNT, account)
                .set(PARTY.CONVERSATION, conversation)
                .set(PARTY.READ_MID, read)
                .set(PARTY.NOTIFY, attention.notices().code)
                .set(PARTY.PINNED, attention.pinned())
                .set(PARTY.UNREAD, attention.unread())
                .onDuplicateKeyUpdate()
                .set(PARTY.NOTIFY, attention.notices().code)
                .set(PARTY.PINNED, attention.pinned())
                .set(PARTY.UNREAD, attention.unread())
                .execute());
    }
}
