package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.BLOCKED;
import static chatd.sql.generated.Tables.MENTION;
import static chatd.sql.generated.Tables.MESSAGE;
import static chatd.sql.generated.Tables.PARTY;
import static chatd.sql.generated.Tables.RECEIVER;
import static chatd.sql.generated.Tables.WITHHELD;

import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.Party;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.message.Conversation;
import chatd.daemon.store.db.Database;
import chatd.protocol.value.people.ConversationPreferences;
import chatd.protocol.value.people.Unread;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.DSL;

/**
 * Reads the conversations of users, and stores how far they have read them. The cost of a query
 * depends on how many conversations the user has, not on how long they are; what is unread is
 * counted up to {@link Unread#MAX_COUNT}. What a blocked user wrote is not counted. Blocks.
 */
public final class ConversationStore {
    /** Maximum number of conversations that a query returns. */
    public static final int MAX = 2_000;

    private final Database database;

    public ConversationStore(Database database) {
        this.database = database;
    }

    /**
     * Returns those conversations of a user that have unread messages or non-default attention
     * settings; the {@value #MAX} with the newest messages, if there are more.
     *
     * @param upTo no message above this number
     */
    public List<Party> notable(Account account, long upTo) {
        Condition isSpecial = PARTY.NOTIFY
                .ne(ConversationPreferences.DEFAULT.notices().code)
                .or(PARTY.PINNED)
                .or(PARTY.UNREAD);
        return parties(account, DSL.noCondition(), isSpecial, upTo);
    }

    /** Returns a user's part in these conversations, in any order. */
    public List<Party> parties(Account account, Collection<Long> conversations, long upTo) {
        return parties(account, PARTY.CONVERSATION.in(conversations), DSL.trueCondition(), upTo);
    }

    /**
     * A conversation of a user, and the last messages in it, whoever sent them: one to the whole
     * conversation, one to several receivers, one that mentions the user, and one that mentions
     * all.
     *
     * @param upTo no message above this number: the user may have left
     */
    private record Found(
            long conversation,
            long read,
            ConversationPreferences attention,
            long upTo,
            long whole,
            long part,
            long mention,
            long mentionOfAll) {}

    private List<Party> parties(Account account, Condition which, Condition isWanted, long upTo) {
        Field<Long> whole = whole(upTo).as("whole");
        Field<Long> part = DSL.coalesce(
                        last(RECEIVER, RECEIVER.MESSAGE, RECEIVER.CONVERSATION.eq(PARTY.CONVERSATION), upTo), 0L)
                .as("part");
        Field<Long> mention = lastMention(PARTY.ACCOUNT, upTo).as("mention");
        Field<Long> ofAll = lastMention(DSL.inline(Message.EVERYONE), upTo).as("of_all");
        return database.with(sql -> {
            List<Found> found = sql.select(
                            PARTY.CONVERSATION,
                            PARTY.READ_MID,
                            PARTY.NOTIFY,
                            PARTY.PINNED,
                            PARTY.UNREAD,
                            PARTY.UNTIL_MID,
                            whole,
                            part,
                            mention,
                            ofAll)
                    .from(PARTY)
                    .where(PARTY.ACCOUNT.eq(account.number()), which)
                    .having(whole.gt(PARTY.READ_MID).or(part.gt(PARTY.READ_MID)).or(isWanted))
                    .orderBy(DSL.greatest(whole, part).desc())
                    .limit(MAX)
                    .fetch(row -> new Found(
                            row.value1(),
                            row.value2(),
                            new ConversationPreferences(
                                    ConversationPreferences.Notices.of(row.value3()), row.value4(), row.value5()),
                            Math.min(upTo, Objects.requireNonNullElse(row.value6(), Long.MAX_VALUE)),
                            row.value7(),
                            row.value8(),
                            row.value9(),
                            row.value10()));
            Map<Long, Unread> wholes = counted(sql, WHOLE, account, found, Found::whole);
            // Messages that users sent to themselves among others are their own.
            long notes = Conversation.of(account.number(), account.number());
            Map<Long, Unread> parts =
                    counted(sql, PART, account, found, one -> one.conversation() == notes ? 0 : one.part());
            Map<Long, Unread> mentions = counted(sql, MENTIONED, account, found, Found::mention);
            Map<Long, Unread> ofAlls = counted(sql, ALL_MENTIONED, account, found, Found::mentionOfAll);
            return found.stream()
                    .map(one -> {
                        long conversation = one.conversation();
                        Unread mentioned = sum(
                                mentions.getOrDefault(conversation, Unread.NOTHING),
                                ofAlls.getOrDefault(conversation, Unread.NOTHING),
                                0);
                        Unread unread = sum(
                                wholes.getOrDefault(conversation, Unread.NOTHING),
                                parts.getOrDefault(conversation, Unread.NOTHING),
                                mentioned.count());
                        if (unread.count() == 0 && mentioned.count() > 0) {
                            // All other messages examined are by blocked users.
                            unread = new Unread(
                                    mentioned.count(), mentioned.count(), mentioned.first(), mentioned.last());
                        }
                        return new Party(conversation, one.read(), one.attention(), unread);
                    })
                    .toList();
        });
    }

    private static Field<Long> lastMention(Field<Long> account, long upTo) {
        return DSL.coalesce(
                last(
                        MENTION,
                        MENTION.MESSAGE,
                        MENTION.ACCOUNT.eq(account).and(MENTION.CONVERSATION.eq(PARTY.CONVERSATION)),
                        upTo),
                0L);
    }

    /**
     * Returns the last message of a conversation that went to all of its users; in a group that the
     * user has left, the change by which they left.
     */
    private static Field<Long> whole(long upTo) {
        return DSL.when(PARTY.UNTIL_MID.le(upTo), PARTY.UNTIL_MID)
                .otherwise(DSL.coalesce(
                        last(MESSAGE, MESSAGE.NUMBER, MESSAGE.CONVERSATION.eq(PARTY.CONVERSATION), upTo), 0L));
    }

    /** Maximum number of conversations counted by one statement. */
    private static final int AT_ONCE = 25;

    private static final Counting WHOLE = unread(MESSAGE, MESSAGE.NUMBER, MESSAGE.CONVERSATION, MESSAGE.SENDER::ne);

    /** As {@link #WHOLE}, for messages to several, which have a row for each receiver. */
    private static final Counting PART =
            unread(RECEIVER, RECEIVER.MESSAGE, RECEIVER.CONVERSATION, RECEIVER.ACCOUNT::eq);

    /** As {@link #WHOLE}, for mentions in messages of others. */
    private static final Counting MENTIONED = unread(
            MENTION,
            MENTION.MESSAGE,
            MENTION.CONVERSATION,
            account -> MENTION.ACCOUNT.eq(account).andExists(mentioning(MESSAGE.SENDER.ne(MENTION.ACCOUNT))));

    /** As {@link #MENTIONED}, for mentions of all in a group. */
    private static final Counting ALL_MENTIONED = unread(
            MENTION,
            MENTION.MESSAGE,
            MENTION.CONVERSATION,
            account ->
                    MENTION.ACCOUNT.eq(DSL.inline(Message.EVERYONE)).andExists(mentioning(MESSAGE.SENDER.ne(account))));

    private static Select<?> mentioning(Condition bySomebodyElse) {
        return DSL.selectOne().from(MESSAGE).where(MESSAGE.NUMBER.eq(MENTION.MESSAGE), bySomebodyElse);
    }

    /** Returns the condition that a message was not taken back: only then does it have a salt. */
    private static Condition isThere(Field<Long> number) {
        return DSL.exists(DSL.selectOne().from(MESSAGE).where(MESSAGE.NUMBER.eq(number), MESSAGE.SALT.isNotNull()));
    }

    /**
     * Statements that count what is unread in one conversation. Its number and read mark are
     * parameters, not columns of another table: only then does the database use them as an index
     * range.
     *
     * @param all for users who block nobody; its parameters are the conversation, then twice:
     *     conversation, read mark, last number, account
     * @param unblocked leaves out messages of blocked users, among the first and the last
     *     {@value #EXAMINED}; each of its two groups of parameters has the account twice at its end
     */
    private record Counting(String all, String unblocked) {}

    /**
     * Maximum number of unread messages examined, from either end, for blocked senders: there may
     * be very many.
     */
    private static final int EXAMINED = 2_000;

    /**
     * As {@link #EXAMINED}, for messages that were taken back, where the user blocks nobody: more
     * than is counted.
     */
    private static final int FEW_EXAMINED = 300;

    private static Counting unread(
            Table<?> from,
            TableField<?, Long> number,
            TableField<?, Long> conversation,
            Function<Long, Condition> whose) {
        Long parameter = null;
        Condition isUnread = conversation
                .eq(parameter)
                .and(number.gt(parameter))
                .and(number.le(parameter))
                .and(whose.apply(parameter));
        return new Counting(
                counting(from, number, isUnread, FEW_EXAMINED, ConversationStore::isThere),
                counting(from, number, isUnread, EXAMINED, one -> isThere(one).and(isByUnblocked(one))));
    }

    /** @param examined how many of the first, and of the last, unread messages are examined */
    private static String counting(
            Table<?> from,
            TableField<?, Long> number,
            Condition isUnread,
            int examined,
            Function<Field<Long>, Condition> counts) {
        Table<Record1<Long>> first = DSL.select(number.as("number"))
                .from(from)
                .where(isUnread)
                .orderBy(number.asc())
                .limit(DSL.inline(examined))
                .asTable("first");
        Table<Record1<Long>> last = DSL.select(number.as("number"))
                .from(from)
                .where(isUnread)
                .orderBy(number.desc())
                .limit(DSL.inline(examined))
                .asTable("last");
        Field<Long> firstNumber = DSL.field(DSL.name("first", "number"), Long.class);
        Field<Long> lastNumber = DSL.field(DSL.name("last", "number"), Long.class);
        Table<Record1<Long>> unread = DSL.select(firstNumber.as("number"))
                .from(first)
                .where(counts.apply(firstNumber))
                .orderBy(firstNumber.asc())
                .limit(DSL.inline(Unread.MAX_COUNT))
                .asTable("unread");
        // If none of the last ones counts, the newest of those that are counted.
        Field<Long> newest = DSL.coalesce(
                DSL.field(DSL.select(DSL.max(lastNumber)).from(last).where(counts.apply(lastNumber))),
                DSL.max(unread.field("number", Long.class)));
        return rendered(unread, newest);
    }

    private static String rendered(Table<Record1<Long>> unread, Field<Long> newest) {
        Long parameter = null;
        return Database.RENDERER.render(
                DSL.select(DSL.val(parameter), DSL.count(), DSL.min(unread.field("number", Long.class)), newest)
                        .from(unread));
    }

    private static Condition isByUnblocked(Field<Long> number) {
        Long parameter = null;
        return DSL.notExists(DSL.selectOne()
                .from(MESSAGE)
                .join(BLOCKED)
                .on(BLOCKED.OTHER.eq(MESSAGE.SENDER))
                .where(MESSAGE.NUMBER.eq(number), BLOCKED.ACCOUNT.eq(parameter)));
    }

    /** Counts what is unread in those conversations whose last message is above the read mark. */
    private static Map<Long, Unread> counted(
            DSLContext sql, Counting counting, Account account, List<Found> found, ToLongFunction<Found> last) {
        List<Found> all =
                found.stream().filter(one -> last.applyAsLong(one) > one.read()).toList();
        Map<Long, Unread> counted = new HashMap<>();
        boolean blocks = !all.isEmpty() && sql.fetchExists(BLOCKED, BLOCKED.ACCOUNT.eq(account.number()));
        for (int i = 0; i < all.size(); i += AT_ONCE) {
            List<Found> some = all.subList(i, Math.min(all.size(), i + AT_ONCE));
            sql.connection(connection -> count(connection, counting, blocks, account, some, counted));
        }
        return counted;
    }

    private static void count(
            Connection connection,
            Counting by,
            boolean blocks,
            Account account,
            List<Found> some,
            Map<Long, Unread> counted)
            throws SQLException {
        String statement = blocks ? by.unblocked() : by.all();
        String all = String.join(" union all ", Collections.nCopies(some.size(), '(' + statement + ')'));
        try (PreparedStatement counting = connection.prepareStatement(all)) {
            int place = 0;
            for (Found one : some) {
                long[] isUnread = new long[blocks ? 5 : 4];
                Arrays.fill(isUnread, account.number());
                isUnread[0] = one.conversation();
                isUnread[1] = one.read();
                isUnread[2] = one.upTo();
                counting.setLong(++place, one.conversation());
                for (int i = 0; i < 2; i++) {
                    for (long parameter : isUnread) {
                        counting.setLong(++place, parameter);
                    }
                }
            }
            try (ResultSet rows = counting.executeQuery()) {
                while (rows.next()) {
                    if (rows.getInt(2) > 0) {
                        counted.put(rows.getLong(1), new Unread(rows.getInt(2), 0, rows.getLong(3), rows.getLong(4)));
                    }
                }
            }
        }
    }

    private static Unread sum(Unread wholes, Unread parts, int mentions) {
        if (wholes.count() == 0 || parts.count() == 0) {
            Unread one = wholes.count() == 0 ? parts : wholes;
            return new Unread(one.count(), one.count() == 0 ? 0 : mentions, one.first(), one.last());
        }
        return new Unread(
                Math.min(Unread.MAX_COUNT, wholes.count() + parts.count()),
                mentions,
                Math.min(wholes.first(), parts.first()),
                Math.max(wholes.last(), parts.last()));
    }

    /** A conversation and the number of its last message. */
    public record Last(long conversation, long message) {}

    /**
     * Returns a user's conversations, by their last message, the newest first.
     *
     * @param upTo no message above this number
     * @param before only those whose last message has a lower number
     */
    public List<Last> byLast(Account account, long upTo, long before, int count) {
        return byLast(account, DSL.noCondition(), upTo, before, count);
    }

    private List<Last> byLast(Account account, Condition which, long upTo, long before, int count) {
        Field<Long> whole = whole(upTo);
        Field<Long> part =
                DSL.coalesce(last(RECEIVER, RECEIVER.MESSAGE, RECEIVER.CONVERSATION.eq(PARTY.CONVERSATION), upTo), 0L);
        Field<Long> withheld =
                DSL.coalesce(last(WITHHELD, WITHHELD.MESSAGE, WITHHELD.CONVERSATION.eq(PARTY.WITHHELD), upTo), 0L);
        Field<Long> last = DSL.greatest(whole, part, withheld).as("last");
        // Of the messages to everyone, users see those sent after their account was created.
        Condition isVisible = last.gt(DSL.when(PARTY.CONVERSATION.eq(Conversation.EVERYONE), account.everyoneAfter())
                .otherwise(0L));
        return database.with(sql -> sql.select(PARTY.CONVERSATION, last)
                .from(PARTY)
                .where(PARTY.ACCOUNT.eq(account.number()), which)
                .having(isVisible, last.lt(before))
                .orderBy(last.desc())
                .limit(count)
                .fetch(row -> new Last(row.value1(), row.value2())));
    }

    /**
     * Returns the highest number up to {@code upTo} that meets a condition, in a table of messages
     * or of their receivers.
     */
    private static Field<Long> last(Table<?> from, TableField<?, Long> number, Condition which, long upTo) {
        return DSL.field(DSL.select(number)
                .from(from)
                .where(which, number.le(upTo))
                .orderBy(number.desc())
                .limit(1));
    }

    /** Returns the number of the last message in a user's conversation, up to a number; 0 if there is none. */
    public long newest(Account account, long conversation, long upTo) {
        return byLast(account, PARTY.CONVERSATION.eq(conversation), upTo, Long.MAX_VALUE, 1).stream()
                .mapToLong(Last::message)
                .findFirst()
                .orElse(0);
    }

    /**
     * Returns how far the users of a conversation of two, or of one with itself, have read it, by
     * account.
     */
    public SortedMap<Long, Long> readMarks(long conversation, Collection<Long> accounts) {
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

    /** Stores read marks in one transaction; a mark never moves back. */
    public void storeReadMarks(Collection<Mark> marks) {
        var rows = DSL.insertInto(PARTY, PARTY.ACCOUNT, PARTY.CONVERSATION, PARTY.READ_MID);
        for (Mark mark : marks) {
            rows = rows.values(mark.account(), mark.conversation(), mark.message());
        }
        var insert = rows.onDuplicateKeyUpdate()
                .set(PARTY.READ_MID, DSL.greatest(PARTY.READ_MID, DSL.excluded(PARTY.READ_MID)));
        database.with(sql -> sql.execute(insert));
    }

    /** Stores a user's attention settings for a conversation. */
    public void setAttention(long account, long conversation, long read, ConversationPreferences attention) {
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
