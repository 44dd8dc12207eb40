package chatd.daemon.store;

import static chatd.sql.generated.Tables.AMENDMENT;
import static chatd.sql.generated.Tables.CONTENT;
import static chatd.sql.generated.Tables.FILE;
import static chatd.sql.generated.Tables.MENTION;
import static chatd.sql.generated.Tables.MESSAGE;
import static chatd.sql.generated.Tables.RECEIVER;
import static chatd.sql.generated.Tables.WITHHELD;

import chatd.daemon.model.Account;
import chatd.daemon.model.Amendment;
import chatd.daemon.model.Conversation;
import chatd.daemon.model.Message;
import chatd.daemon.model.StoredFile;
import chatd.protocol.value.References;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages from the ledger. The cost of a query depends on how much is requested, not on how much is stored.
 * Blocks.
 */
public final class MessageStore {
    private final Database database;

    public MessageStore(Database database) {
        this.database = database;
    }

    /**
     * Returns the numbers of the last messages in a user's history, sent and received, oldest first.
     *
     * @param upTo no message above this number
     */
    public List<Long> last(Account account, int count, long upTo) {
        return numbers(account, null, 0, upTo, count, true).reversed();
    }

    /**
     * Returns the numbers of messages in a user's history, sent and received.
     *
     * @param conversation the conversation whose messages to return, one of the user's own; null for all of them
     * @param after only messages above this number
     * @param upTo no message above this number
     * @param newest whether to begin with the highest number; otherwise with the lowest
     */
    public List<Long> numbers(
            Account account, @Nullable Long conversation, long after, long upTo, int count, boolean newest) {
        Table<Record1<Long>> toEveryone = ordered(
                MESSAGE,
                MESSAGE.NUMBER,
                MESSAGE.RECEIVER.eq(Message.EVERYONE),
                Math.max(after, account.everyoneAfter()),
                upTo,
                count,
                newest,
                "e");
        Table<Record1<Long>> own = toEveryone;
        if (conversation != null && conversation != Conversation.EVERYONE) {
            Condition isWhole = MESSAGE.CONVERSATION.eq(conversation);
            Condition isPart = RECEIVER.CONVERSATION.eq(conversation);
            Condition isWithheld = WITHHELD.CONVERSATION.eq(
                    Conversation.withheld(account.number(), Conversation.with(conversation, account.number())));
            own = DSL.selectFrom(ordered(MESSAGE, MESSAGE.NUMBER, isWhole, after, upTo, count, newest, "c"))
                    .union(DSL.selectFrom(ordered(RECEIVER, RECEIVER.MESSAGE, isPart, after, upTo, count, newest, "w")))
                    .union(DSL.selectFrom(
                            ordered(WITHHELD, WITHHELD.MESSAGE, isWithheld, after, upTo, count, newest, "h")))
                    .asTable("own");
        } else if (conversation == null) {
            Condition isSender = MESSAGE.SENDER.eq(account.number());
            Condition isReceiver = MESSAGE.RECEIVER.eq(account.number());
            Condition isOneOf = RECEIVER.ACCOUNT.eq(account.number());
            own = DSL.selectFrom(ordered(MESSAGE, MESSAGE.NUMBER, isSender, after, upTo, count, newest, "s"))
                    .union(DSL.selectFrom(
                            ordered(MESSAGE, MESSAGE.NUMBER, isReceiver, after, upTo, count, newest, "r")))
                    .union(DSL.selectFrom(
                            ordered(RECEIVER, RECEIVER.MESSAGE, isOneOf, after, upTo, count, newest, "w")))
                    .union(DSL.selectFrom(toEveryone))
                    .asTable("own");
        }
        Table<Record1<Long>> all = own;
        var number = DSL.field(DSL.name(all.getName(), "n"), Long.class);
        return database.with(sql -> sql.select(number)
                .from(all)
                .orderBy(newest ? number.desc() : number.asc())
                .limit(count)
                .fetch(number));
    }

    /** Returns a query for message numbers in one index, as a table with the column {@code n}. */
    private static Table<Record1<Long>> ordered(
            Table<?> from,
            TableField<?, Long> number,
            Condition whose,
            long after,
            long upTo,
            int count,
            boolean newest,
            String name) {
        return DSL.select(number.as("n"))
                .from(from)
                .where(whose, number.gt(after), number.le(upTo))
                .orderBy(newest ? number.desc() : number.asc())
                .limit(count)
                .asTable(name);
    }

    /**
     * Returns whether a message is in a conversation of the account's, for all who are in it, and was not taken back.
     */
    public boolean isIn(long message, long conversation, Account account) {
        long after = conversation == Conversation.EVERYONE ? account.everyoneAfter() : 0;
        Condition isPart = DSL.exists(DSL.selectOne()
                .from(RECEIVER)
                .where(RECEIVER.CONVERSATION.eq(conversation), RECEIVER.MESSAGE.eq(message)));
        return message > after
                && database.with(sql -> sql.fetchExists(
                        MESSAGE,
                        MESSAGE.NUMBER.eq(message),
                        MESSAGE.SALT.isNotNull(),
                        MESSAGE.CONVERSATION.eq(conversation).or(isPart)));
    }

    /** Returns a message if an account sent or received it; otherwise empty, as if it did not exist. */
    public Optional<Message> readable(long message, Account account) {
        // First a query that costs the same whether it exists or not.
        boolean isReadable =
                database.with(sql -> sql.fetchExists(MESSAGE, MESSAGE.NUMBER.eq(message), isReadable(account)));
        return isReadable ? messages(List.of(message)).stream().findFirst() : Optional.empty();
    }

    /** Returns the condition that an account sent or received a message. */
    private static Condition isReadable(Account account) {
        var withOthers = DSL.exists(DSL.selectOne()
                .from(RECEIVER)
                .where(RECEIVER.MESSAGE.eq(MESSAGE.NUMBER), RECEIVER.ACCOUNT.eq(account.number())));
        var everyones = MESSAGE.RECEIVER.eq(Message.EVERYONE).and(MESSAGE.NUMBER.gt(account.everyoneAfter()));
        return MESSAGE.SENDER
                .eq(account.number())
                .or(MESSAGE.RECEIVER.eq(account.number()))
                .or(withOthers)
                .or(everyones);
    }

    /** Returns whether a message of an account was withheld from another. */
    public boolean isWithheld(long message, long sender, long receiver) {
        return database.with(sql -> sql.fetchExists(
                WITHHELD,
                WITHHELD.CONVERSATION.eq(Conversation.withheld(sender, receiver)),
                WITHHELD.MESSAGE.eq(message)));
    }

    /** Returns the messages with these numbers, by number. */
    public List<Message> messages(List<Long> numbers) {
        return read(MESSAGE.NUMBER.in(numbers), numbers.size());
    }

    /** A file that may be fetched, with the number of its content. */
    public record Fetchable(long sender, Instant time, String name, long content, long size) {}

    /** Returns the file if {@code account} sent or received it; otherwise empty, as if it did not exist. */
    public Optional<Fetchable> fetchable(long file, Account account) {
        return database.with(sql -> sql.select(MESSAGE.SENDER, MESSAGE.TIME, FILE.NAME, FILE.CONTENT, FILE.SIZE)
                .from(FILE)
                .join(MESSAGE)
                .on(MESSAGE.NUMBER.eq(FILE.MESSAGE), MESSAGE.FILE.eq(FILE.NUMBER))
                .where(FILE.NUMBER.eq(file), FILE.CONTENT.isNotNull(), isReadable(account))
                .fetchOptional(row -> new Fetchable(
                        row.get(MESSAGE.SENDER),
                        row.get(MESSAGE.TIME),
                        row.get(FILE.NAME),
                        row.get(FILE.CONTENT),
                        row.get(FILE.SIZE))));
    }

    /** Returns at most {@code limit} messages after {@code number}, by number, as stored. */
    public List<Message> after(long number, int limit) {
        return read(MESSAGE.NUMBER.gt(number), limit);
    }

    private List<Message> read(Condition which, int limit) {
        return database.with(sql -> {
            var rows = sql.select(
                            MESSAGE.NUMBER,
                            MESSAGE.TIME,
                            MESSAGE.SENDER,
                            MESSAGE.RECEIVER,
                            MESSAGE.TEXT,
                            MESSAGE.SALT,
                            MESSAGE.FILE,
                            MESSAGE.ANSWERED,
                            FILE.NUMBER,
                            FILE.NAME,
                            FILE.SIZE,
                            FILE.CONTENT,
                            CONTENT.DIGEST)
                    .from(MESSAGE)
                    .leftJoin(FILE)
                    .on(FILE.NUMBER.eq(MESSAGE.FILE), FILE.MESSAGE.eq(MESSAGE.NUMBER))
                    .leftJoin(CONTENT)
                    .on(CONTENT.NUMBER.eq(FILE.CONTENT))
                    .where(which)
                    .orderBy(MESSAGE.NUMBER)
                    .limit(limit)
                    .fetch();
            List<Long> toOthers = rows.stream()
                    .filter(row -> row.get(MESSAGE.RECEIVER) == null)
                    .map(row -> row.get(MESSAGE.NUMBER))
                    .toList();
            Map<Long, List<Long>> receivers =
                    byMessage(sql, RECEIVER.MESSAGE, RECEIVER.ACCOUNT, rows.getValues(MESSAGE.NUMBER));
            Map<Long, List<Long>> withheld = byMessage(sql, WITHHELD.MESSAGE, WITHHELD.ACCOUNT, toOthers);
            Map<Long, List<Long>> mentioned =
                    byMessage(sql, MENTION.MESSAGE, MENTION.ACCOUNT, rows.getValues(MESSAGE.NUMBER));
            return rows.map(row -> new Message(
                    row.get(MESSAGE.NUMBER),
                    row.get(MESSAGE.TIME),
                    row.get(MESSAGE.SENDER),
                    receivers(
                            row.get(MESSAGE.RECEIVER),
                            joined(
                                    receivers.getOrDefault(row.get(MESSAGE.NUMBER), List.of()),
                                    withheld.getOrDefault(row.get(MESSAGE.NUMBER), List.of()))),
                    withheld.getOrDefault(row.get(MESSAGE.NUMBER), List.of()),
                    row.get(MESSAGE.TEXT),
                    row.get(MESSAGE.FILE) == null ? null : file(row),
                    Objects.requireNonNullElse(row.get(MESSAGE.SALT), Message.UNSALTED),
                    new References(
                            Objects.requireNonNullElse(row.get(MESSAGE.ANSWERED), 0L),
                            mentioned.getOrDefault(row.get(MESSAGE.NUMBER), List.of())),
                    null,
                    null));
        });
    }

    /** Returns the accounts in a table of them, by message. */
    private static Map<Long, List<Long>> byMessage(
            DSLContext sql, TableField<?, Long> message, TableField<?, Long> account, Collection<Long> numbers) {
        return numbers.isEmpty()
                ? Map.of()
                : sql.select(message, account)
                        .from(Objects.requireNonNull(message.getTable()))
                        .where(message.in(numbers))
                        .orderBy(message, account)
                        .fetchGroups(message, account);
    }

    /** Returns the senders and receivers of messages, by number. */
    Map<Long, Amendment.Subject> subjects(Collection<Long> numbers) {
        return numbers.isEmpty()
                ? Map.of()
                : database.with(sql -> {
                    Map<Long, List<Long>> receivers = byMessage(sql, RECEIVER.MESSAGE, RECEIVER.ACCOUNT, numbers);
                    Map<Long, List<Long>> withheld = byMessage(sql, WITHHELD.MESSAGE, WITHHELD.ACCOUNT, numbers);
                    return sql.select(MESSAGE.NUMBER, MESSAGE.SENDER, MESSAGE.RECEIVER)
                            .from(MESSAGE)
                            .where(MESSAGE.NUMBER.in(numbers))
                            .fetchMap(
                                    MESSAGE.NUMBER,
                                    row -> new Amendment.Subject(
                                            row.value1(),
                                            row.value2(),
                                            receivers(
                                                    row.value3(),
                                                    joined(
                                                            receivers.getOrDefault(row.value1(), List.of()),
                                                            withheld.getOrDefault(row.value1(), List.of())))));
                });
    }

    /** Returns the highest number of a message or amendment; 0 if there is none. */
    public long highest() {
        return database.with(MessageStore::highest);
    }

    static long highest(DSLContext sql) {
        return Math.max(highest(sql, MESSAGE, MESSAGE.NUMBER), highest(sql, AMENDMENT, AMENDMENT.NUMBER));
    }

    static long highest(DSLContext sql, Table<?> table, Field<Long> number) {
        Long highest = sql.select(DSL.max(number)).from(table).fetchSingle().value1();
        return highest == null ? 0 : highest;
    }

    private static StoredFile file(Record row) {
        if (row.get(FILE.NUMBER) == null || row.get(FILE.CONTENT) == null) {
            // It was taken back; or the message refers to a file that does not refer back to it, which the ledger never
            // writes.
            return new StoredFile(row.get(MESSAGE.FILE), "", 0, 0, new byte[0]);
        }
        return new StoredFile(
                row.get(FILE.NUMBER),
                row.get(FILE.NAME),
                row.get(FILE.CONTENT),
                row.get(FILE.SIZE),
                Objects.requireNonNullElse(row.get(CONTENT.DIGEST), new byte[0]));
    }

    private static List<Long> joined(List<Long> some, List<Long> others) {
        return others.isEmpty()
                ? some
                : Stream.concat(some.stream(), others.stream()).sorted().toList();
    }

    /**
     * Returns the receivers, null for everyone; merges both tables if both name some, which the ledger never writes.
     */
    private static @Nullable List<Long> receivers(@Nullable Long one, List<Long> several) {
        if (one == null || several.isEmpty()) {
            return one == null ? several : one == Message.EVERYONE ? null : List.of(one);
        }
        List<Long> all = new ArrayList<>(several);
        all.add(one);
        return all;
    }
}
