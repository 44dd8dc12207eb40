package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.CONTENT;
import static chatd.sql.generated.Tables.FILE;
import static chatd.sql.generated.Tables.MENTION;
import static chatd.sql.generated.Tables.MESSAGE;
import static chatd.sql.generated.Tables.RECEIVER;
import static chatd.sql.generated.Tables.WITHHELD;

import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.Amendment;
import chatd.daemon.model.entry.IdempotencyKey;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.message.Conversation;
import chatd.daemon.model.message.Reader;
import chatd.daemon.model.message.StoredFile;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.ledger.Ledger;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Media;
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
    /** Columns of a file and its content. */
    private static final List<Field<?>> FILE_COLUMNS = List.of(
            FILE.NUMBER,
            FILE.NAME,
            FILE.SIZE,
            FILE.CONTENT,
            FILE.PICTURE,
            CONTENT.DIGEST,
            CONTENT.MEDIA,
            CONTENT.WIDTH,
            CONTENT.HEIGHT);

    private final Database database;

    public MessageStore(Database database) {
        this.database = database;
    }

    /**
     * Returns the numbers of the last messages in a user's history, sent and received, oldest
     * first; without group changes.
     *
     * @param upTo no message above this number
     */
    public List<Long> last(Reader reader, int count, long upTo) {
        Range range = new Range(0, upTo, count, true);
        return ofGroups(reader, range, own(reader.account(), range), MESSAGE.SENDER.isNotNull())
                .reversed();
    }

    /**
     * Returns the numbers of messages in a user's history, sent and received, and of group changes.
     *
     * @param conversation the conversation whose messages to return, one of the user's own; null
     *     for all of them
     */
    public List<Long> numbers(Reader reader, @Nullable Long conversation, Range range) {
        return conversation == null
                ? ofGroups(reader, range, own(reader.account(), range), DSL.noCondition())
                : inConversation(reader, conversation, range, DSL.noCondition());
    }

    /** Returns numbers as {@link #numbers} does, for one conversation and without group changes. */
    public List<Long> messageNumbers(Reader reader, long conversation, Range range) {
        return inConversation(reader, conversation, range, MESSAGE.SENDER.isNotNull());
    }

    /** @param which selects among a group's entries */
    private List<Long> inConversation(Reader reader, long conversation, Range range, Condition which) {
        Account account = reader.account();
        if (conversation == Conversation.EVERYONE) {
            return fetch(everyones(account, range), range);
        }
        if (Conversation.isGroup(conversation)) {
            Reader.Group group = reader.groups().get(conversation);
            return group == null
                    ? List.of()
                    : database.with(sql -> range.numbers(sql, ofGroup(reader, conversation, group, range, which)));
        }
        Condition isWhole = MESSAGE.CONVERSATION.eq(conversation);
        Condition isPart = RECEIVER.CONVERSATION.eq(conversation);
        Condition isWithheld = WITHHELD.CONVERSATION.eq(
                Conversation.withheld(account.number(), Conversation.otherSide(conversation, account.number())));
        return fetch(
                DSL.selectFrom(range.ordered(MESSAGE, MESSAGE.NUMBER, isWhole, "c"))
                        .union(DSL.selectFrom(range.ordered(RECEIVER, RECEIVER.MESSAGE, isPart, "w")))
                        .union(DSL.selectFrom(range.ordered(WITHHELD, WITHHELD.MESSAGE, isWithheld, "h")))
                        .asTable("own"),
                range);
    }

    private List<Long> fetch(Table<Record1<Long>> numbers, Range range) {
        return database.with(sql -> range.numbers(sql, List.of(numbers)));
    }

    private static Table<Record1<Long>> everyones(Account account, Range range) {
        return range.above(account.everyoneAfter())
                .ordered(MESSAGE, MESSAGE.NUMBER, MESSAGE.RECEIVER.eq(Message.EVERYONE), "e");
    }

    /** Returns the numbers of all messages of a user, except those of others to groups. */
    private List<Long> own(Account account, Range range) {
        Condition isSender = MESSAGE.SENDER.eq(account.number());
        Condition isReceiver = MESSAGE.RECEIVER.eq(account.number());
        Condition isOneOf = RECEIVER.ACCOUNT.eq(account.number());
        return fetch(
                DSL.selectFrom(range.ordered(MESSAGE, MESSAGE.NUMBER, isSender, "s"))
                        .union(DSL.selectFrom(range.ordered(MESSAGE, MESSAGE.NUMBER, isReceiver, "r")))
                        .union(DSL.selectFrom(range.ordered(RECEIVER, RECEIVER.MESSAGE, isOneOf, "w")))
                        .union(DSL.selectFrom(everyones(account, range)))
                        .asTable("own"),
                range);
    }

    /** Adds the numbers of a user's groups to these. */
    private List<Long> ofGroups(Reader reader, Range range, List<Long> others, Condition which) {
        return database.with(sql -> range.ofGroups(
                sql, reader, others, (group, found, rest) -> ofGroup(reader, group, found, rest, which)));
    }

    /** Returns queries for what a user sees of a group, one for each stretch. */
    private static List<Table<Record1<Long>>> ofGroup(
            Reader reader, long number, Reader.Group group, Range range, Condition which) {
        Condition isOf = MESSAGE.CONVERSATION.eq(number).and(which);
        return range.within(reader, group).stream()
                .map(part -> part.ordered(MESSAGE, MESSAGE.NUMBER, isOf, "g"))
                .toList();
    }

    /**
     * Returns whether a message is in one of the account's conversations, visible to all in it, and
     * was not taken back.
     */
    public boolean isIn(long message, long conversation, Reader reader) {
        if (Conversation.isGroup(conversation) && !reader.sees(conversation, message)) {
            return false;
        }
        long after = conversation == Conversation.EVERYONE ? reader.account().everyoneAfter() : 0;
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

    /** Returns a message if a user sent or received it; otherwise empty, as if it did not exist. */
    public Optional<Message> readable(long message, Reader reader) {
        // First a query that costs the same whether it exists or not.
        Field<Boolean> isOwn = DSL.field(isReadable(reader.account()));
        boolean isReadable = database.with(sql -> sql.select(MESSAGE.CONVERSATION, isOwn)
                .from(MESSAGE)
                .where(MESSAGE.NUMBER.eq(message), MESSAGE.SENDER.isNotNull())
                .fetchOptional()
                .filter(row -> isTrue(row.value2()) || isOfGroup(row.value1(), message, reader))
                .isPresent());
        return isReadable ? messages(List.of(message)).stream().findFirst() : Optional.empty();
    }

    /** Returns whether a condition is true; SQL's null, for unknown, counts as false. */
    private static boolean isTrue(@Nullable Boolean condition) {
        return Boolean.TRUE.equals(condition);
    }

    private static boolean isOfGroup(@Nullable Long conversation, long message, Reader reader) {
        return conversation != null && Conversation.isGroup(conversation) && reader.sees(conversation, message);
    }

    /**
     * Returns the condition that an account sent a message, or received it other than in a group.
     */
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

    /**
     * Returns whether an account has written to another, at any time; messages to a group or to
     * everyone do not count.
     */
    public boolean hasWritten(long sender, long receiver) {
        long conversation = Conversation.of(sender, receiver);
        return database.with(
                sql -> sql.fetchExists(MESSAGE, MESSAGE.CONVERSATION.eq(conversation), MESSAGE.SENDER.eq(sender))
                        || sql.fetchExists(sql.selectOne()
                                .from(RECEIVER)
                                .join(MESSAGE)
                                .on(MESSAGE.NUMBER.eq(RECEIVER.MESSAGE))
                                .where(RECEIVER.CONVERSATION.eq(conversation), MESSAGE.SENDER.eq(sender))));
    }

    /** Returns whether a message of an account was withheld from another, and was not taken back. */
    public boolean isWithheld(long message, long sender, long receiver) {
        return database.with(sql -> sql.fetchExists(sql.selectOne()
                .from(WITHHELD)
                .join(MESSAGE)
                .on(MESSAGE.NUMBER.eq(WITHHELD.MESSAGE), MESSAGE.SALT.isNotNull())
                .where(
                        WITHHELD.CONVERSATION.eq(Conversation.withheld(sender, receiver)),
                        WITHHELD.MESSAGE.eq(message))));
    }

    /** Returns the messages with these numbers, by number; without group changes. */
    public List<Message> messages(List<Long> numbers) {
        return read(MESSAGE.NUMBER.in(numbers), numbers.size());
    }

    /**
     * A file that may be fetched.
     *
     * @param group the number of the group to which it was sent; 0 if to none
     */
    public record Fetchable(long sender, long group, Instant time, StoredFile file) {}

    /** Returns the file if a user sent or received it; otherwise empty, as if it did not exist. */
    public Optional<Fetchable> fetchable(long file, Reader reader) {
        Field<Boolean> isOwn = DSL.field(isReadable(reader.account()));
        return database.with(sql -> sql.select(
                        MESSAGE.SENDER, MESSAGE.TIME, MESSAGE.CONVERSATION, MESSAGE.NUMBER, MESSAGE.FILE, isOwn)
                .select(FILE_COLUMNS)
                .from(FILE)
                .join(MESSAGE)
                .on(MESSAGE.NUMBER.eq(FILE.MESSAGE), MESSAGE.FILE.eq(FILE.NUMBER))
                .join(CONTENT)
                .on(CONTENT.NUMBER.eq(FILE.CONTENT))
                .where(FILE.NUMBER.eq(file))
                .fetchOptional()
                .filter(row -> isTrue(row.get(isOwn))
                        || isOfGroup(row.get(MESSAGE.CONVERSATION), row.get(MESSAGE.NUMBER), reader))
                .map(row -> new Fetchable(
                        row.get(MESSAGE.SENDER),
                        group(row.get(MESSAGE.CONVERSATION)),
                        row.get(MESSAGE.TIME),
                        file(row))));
    }

    /** Returns the number of the message that carries a file; empty if there is no such file any more. Blocks. */
    public Optional<Long> messageWithFile(long file) {
        return database.with(sql -> sql.select(FILE.MESSAGE)
                .from(FILE)
                .where(FILE.NUMBER.eq(file), FILE.CONTENT.isNotNull())
                .fetchOptional(FILE.MESSAGE));
    }

    private static long group(@Nullable Long conversation) {
        return conversation != null && Conversation.isGroup(conversation) ? conversation : 0;
    }

    /** Returns what was sent before with an identifier, at most a week ago. */
    public Optional<Ledger.Sent> sentBefore(IdempotencyKey once) {
        return database.with(
                sql -> Optional.ofNullable(Ledger.sentBefore(sql, List.of(once)).get(once.id())));
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
                            MESSAGE.CONVERSATION,
                            MESSAGE.TEXT,
                            MESSAGE.SALT,
                            MESSAGE.FILE,
                            MESSAGE.ANSWERED)
                    .select(FILE_COLUMNS)
                    .from(MESSAGE)
                    .leftJoin(FILE)
                    .on(FILE.NUMBER.eq(MESSAGE.FILE), FILE.MESSAGE.eq(MESSAGE.NUMBER))
                    .leftJoin(CONTENT)
                    .on(CONTENT.NUMBER.eq(FILE.CONTENT))
                    .where(which, MESSAGE.SENDER.isNotNull())
                    .orderBy(MESSAGE.NUMBER)
                    .limit(limit)
                    .fetch();
            List<Long> toOthers = rows.stream()
                    .filter(row -> row.get(MESSAGE.RECEIVER) == null && row.get(MESSAGE.CONVERSATION) == null)
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
                            row.get(MESSAGE.CONVERSATION),
                            joined(
                                    receivers.getOrDefault(row.get(MESSAGE.NUMBER), List.of()),
                                    withheld.getOrDefault(row.get(MESSAGE.NUMBER), List.of()))),
                    withheld.getOrDefault(row.get(MESSAGE.NUMBER), List.of()),
                    row.get(MESSAGE.TEXT),
                    row.get(MESSAGE.FILE) == null ? null : file(row),
                    Objects.requireNonNullElse(row.get(MESSAGE.SALT), Message.UNSALTED),
                    new References(
                            Objects.requireNonNullElse(row.get(MESSAGE.ANSWERED), 0L),
                            mentioned(
                                    row.get(MESSAGE.CONVERSATION),
                                    mentioned.getOrDefault(row.get(MESSAGE.NUMBER), List.of()))),
                    null,
                    null));
        });
    }

    /**
     * Returns the accounts that a table lists for these messages, and perhaps for others, by
     * message.
     */
    private static Map<Long, List<Long>> byMessage(
            DSLContext sql, TableField<?, Long> message, TableField<?, Long> account, Collection<Long> numbers) {
        return numbers.isEmpty()
                ? Map.of()
                : sql.select(message, account)
                        .from(Objects.requireNonNull(message.getTable()))
                        .where(Range.covering(message, numbers))
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
                    return sql.select(MESSAGE.NUMBER, MESSAGE.SENDER, MESSAGE.RECEIVER, MESSAGE.CONVERSATION)
                            .from(MESSAGE)
                            .where(MESSAGE.NUMBER.in(numbers))
                            .fetchMap(
                                    MESSAGE.NUMBER,
                                    row -> new Amendment.Subject(
                                            row.value1(),
                                            row.value2(),
                                            receivers(
                                                    row.value3(),
                                                    row.value4(),
                                                    joined(
                                                            receivers.getOrDefault(row.value1(), List.of()),
                                                            withheld.getOrDefault(row.value1(), List.of())))));
                });
    }

    /** Returns the highest number of a message or amendment; 0 if there is none. */
    public long highest() {
        return database.with(Ledger::highest);
    }

    private static StoredFile file(Record row) {
        if (row.get(FILE.NUMBER) == null || row.get(FILE.CONTENT) == null) {
            // It was taken back; or the message refers to a file that does not refer back to it, which the ledger never
            // writes.
            return new StoredFile(row.get(MESSAGE.FILE), "", 0, 0, new byte[0], Media.NONE);
        }
        return new StoredFile(
                row.get(FILE.NUMBER),
                row.get(FILE.NAME),
                row.get(FILE.CONTENT),
                row.get(FILE.SIZE),
                Objects.requireNonNullElse(row.get(CONTENT.DIGEST), new byte[0]),
                ContentStore.media(row).shownInline(row.get(FILE.PICTURE)));
    }

    private static List<Long> joined(List<Long> some, List<Long> others) {
        return others.isEmpty()
                ? some
                : Stream.concat(some.stream(), others.stream()).sorted().toList();
    }

    /** Returns whom a message mentions; a mention of all in a group is one of the group. */
    private static List<Long> mentioned(@Nullable Long conversation, List<Long> accounts) {
        return conversation != null && accounts.contains(Message.EVERYONE)
                ? List.of(Addressee.group(conversation))
                : accounts;
    }

    /**
     * Returns the receivers, null for everyone; merges both tables if both name some, which the ledger never writes.
     */
    private static @Nullable List<Long> receivers(@Nullable Long one, @Nullable Long conversation, List<Long> several) {
        if (conversation != null && Conversation.isGroup(conversation)) {
            return List.of(Addressee.group(conversation));
        }
        if (one == null || several.isEmpty()) {
            return one == null ? several : one == Message.EVERYONE ? null : List.of(one);
        }
        List<Long> all = new ArrayList<>(several);
        all.add(one);
        return all;
    }
}
