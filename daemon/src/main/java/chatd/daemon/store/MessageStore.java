package chatd.daemon.store;

import static chatd.sql.generated.Tables.CONTENT;
import static chatd.sql.generated.Tables.FILE;
import static chatd.sql.generated.Tables.MESSAGE;
import static chatd.sql.generated.Tables.RECEIVER;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Reads the ledger. What a query costs depends on how much is asked for, not on how much there is. Blocks. */
public final class MessageStore {
    private final Database database;

    public MessageStore(Database database) {
        this.database = database;
    }

    /**
     * A message as a history shows it.
     *
     * @param text null where it is a file
     * @param file null where it is a text
     */
    public record Item(
            long number,
            Instant time,
            long sender,
            @Nullable String text,
            @Nullable FileOf file) {}

    public record FileOf(long number, String name, long size) {}

    /**
     * The numbers of the last messages of a user's history, sent and received, oldest first.
     *
     * @param upTo no message above this number
     */
    public List<Long> last(Account account, int count, long upTo) {
        var sent = DSL.select(MESSAGE.NUMBER.as("n"))
                .from(MESSAGE)
                .where(MESSAGE.SENDER.eq(account.number()), MESSAGE.NUMBER.le(upTo))
                .orderBy(MESSAGE.NUMBER.desc())
                .limit(count);
        var received = DSL.select(MESSAGE.NUMBER.as("n"))
                .from(MESSAGE)
                .where(MESSAGE.RECEIVER.eq(account.number()), MESSAGE.NUMBER.le(upTo))
                .orderBy(MESSAGE.NUMBER.desc())
                .limit(count);
        var withOthers = DSL.select(RECEIVER.MESSAGE.as("n"))
                .from(RECEIVER)
                .where(RECEIVER.ACCOUNT.eq(account.number()), RECEIVER.MESSAGE.le(upTo))
                .orderBy(RECEIVER.MESSAGE.desc())
                .limit(count);
        var everyones = DSL.select(MESSAGE.NUMBER.as("n"))
                .from(MESSAGE)
                .where(
                        MESSAGE.RECEIVER.eq(Entry.Message.EVERYONE),
                        MESSAGE.NUMBER.gt(account.everyoneAfter()),
                        MESSAGE.NUMBER.le(upTo))
                .orderBy(MESSAGE.NUMBER.desc())
                .limit(count);
        Table<?> own = DSL.selectFrom(sent.asTable("s"))
                .union(DSL.selectFrom(received.asTable("r")))
                .union(DSL.selectFrom(withOthers.asTable("w")))
                .union(DSL.selectFrom(everyones.asTable("e")))
                .asTable("own");
        var number = DSL.field(DSL.name("own", "n"), Long.class);
        return database.with(sql -> sql.select(number)
                .from(own)
                .orderBy(number.desc())
                .limit(count)
                .fetch(number)
                .reversed());
    }

    /** The messages with these numbers, by number. */
    public List<Item> items(List<Long> numbers) {
        return database.with(sql -> sql.select(
                        MESSAGE.NUMBER, MESSAGE.TIME, MESSAGE.SENDER, MESSAGE.TEXT, FILE.NUMBER, FILE.NAME, FILE.SIZE)
                .from(MESSAGE)
                .leftJoin(FILE)
                .on(FILE.NUMBER.eq(MESSAGE.FILE), FILE.MESSAGE.eq(MESSAGE.NUMBER))
                .where(MESSAGE.NUMBER.in(numbers))
                .orderBy(MESSAGE.NUMBER)
                .fetch(MessageStore::item));
    }

    private static Item item(Record row) {
        Long file = row.get(FILE.NUMBER);
        return new Item(
                row.get(MESSAGE.NUMBER),
                row.get(MESSAGE.TIME),
                row.get(MESSAGE.SENDER),
                row.get(MESSAGE.TEXT),
                file == null ? null : new FileOf(file, row.get(FILE.NAME), row.get(FILE.SIZE)));
    }

    /** A file that may be fetched, with where its content is. */
    public record Fetchable(long sender, Instant time, String name, long content, long size) {}

    /** The file, where {@code account} sent it or it was sent to it; nothing otherwise, as if there were none. */
    public Optional<Fetchable> fetchable(long file, Account account) {
        var withOthers = DSL.exists(DSL.selectOne()
                .from(RECEIVER)
                .where(RECEIVER.MESSAGE.eq(MESSAGE.NUMBER), RECEIVER.ACCOUNT.eq(account.number())));
        var everyones = MESSAGE.RECEIVER.eq(Entry.Message.EVERYONE).and(MESSAGE.NUMBER.gt(account.everyoneAfter()));
        return database.with(sql -> sql.select(MESSAGE.SENDER, MESSAGE.TIME, FILE.NAME, FILE.CONTENT, FILE.SIZE)
                .from(FILE)
                .join(MESSAGE)
                .on(MESSAGE.NUMBER.eq(FILE.MESSAGE), MESSAGE.FILE.eq(FILE.NUMBER))
                .where(
                        FILE.NUMBER.eq(file),
                        MESSAGE.SENDER
                                .eq(account.number())
                                .or(MESSAGE.RECEIVER.eq(account.number()))
                                .or(withOthers)
                                .or(everyones))
                .fetchOptional(row -> new Fetchable(
                        row.get(MESSAGE.SENDER),
                        row.get(MESSAGE.TIME),
                        row.get(FILE.NAME),
                        row.get(FILE.CONTENT),
                        row.get(FILE.SIZE))));
    }

    /** What was committed after {@code number}, by number, at most {@code limit}, as it is stored. */
    public List<Entry.Message> after(long number, int limit) {
        return database.with(sql -> {
            var rows = sql.select(
                            MESSAGE.NUMBER,
                            MESSAGE.TIME,
                            MESSAGE.SENDER,
                            MESSAGE.RECEIVER,
                            MESSAGE.TEXT,
                            MESSAGE.SALT,
                            MESSAGE.FILE,
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
                    .where(MESSAGE.NUMBER.gt(number))
                    .orderBy(MESSAGE.NUMBER)
                    .limit(limit)
                    .fetch();
            Map<Long, List<Long>> receivers = sql.select(RECEIVER.MESSAGE, RECEIVER.ACCOUNT)
                    .from(RECEIVER)
                    .where(RECEIVER.MESSAGE.in(rows.getValues(MESSAGE.NUMBER)))
                    .orderBy(RECEIVER.MESSAGE, RECEIVER.ACCOUNT)
                    .fetchGroups(RECEIVER.MESSAGE, RECEIVER.ACCOUNT);
            return rows.map(row -> new Entry.Message(
                    row.get(MESSAGE.NUMBER),
                    row.get(MESSAGE.TIME),
                    row.get(MESSAGE.SENDER),
                    receivers(row.get(MESSAGE.RECEIVER), receivers.getOrDefault(row.get(MESSAGE.NUMBER), List.of())),
                    row.get(MESSAGE.TEXT),
                    row.get(MESSAGE.FILE) == null ? null : file(row),
                    row.get(MESSAGE.SALT)));
        });
    }

    /** The highest number there is; 0 where there is none. */
    public long highest() {
        Long highest = database.with(sql ->
                sql.select(DSL.max(MESSAGE.NUMBER)).from(MESSAGE).fetchSingle().value1());
        return highest == null ? 0 : highest;
    }

    private static Entry.StoredFile file(Record row) {
        if (row.get(FILE.NUMBER) == null) {
            // It names a file that does not name it, as none does that was sent.
            return new Entry.StoredFile(row.get(MESSAGE.FILE), "", 0, 0, new byte[0]);
        }
        return new Entry.StoredFile(
                row.get(FILE.NUMBER),
                row.get(FILE.NAME),
                row.get(FILE.CONTENT),
                row.get(FILE.SIZE),
                Objects.requireNonNullElse(row.get(CONTENT.DIGEST), new byte[0]));
    }

    /** Whoever it is that gets it, also where both tables say so, as none does that the ledger wrote. */
    private static @Nullable List<Long> receivers(@Nullable Long one, List<Long> several) {
        if (one == null || several.isEmpty()) {
            return one == null ? several : one == Entry.Message.EVERYONE ? null : List.of(one);
        }
        List<Long> all = new ArrayList<>(several);
        all.add(one);
        return all;
    }
}
