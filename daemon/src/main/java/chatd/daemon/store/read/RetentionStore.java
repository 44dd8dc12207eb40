package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.EXPIRY;
import static chatd.sql.generated.Tables.FILE;
import static chatd.sql.generated.Tables.HOLD;
import static chatd.sql.generated.Tables.MESSAGE;
import static chatd.sql.generated.Tables.RECEIVER;
import static chatd.sql.generated.Tables.WITHHELD;

import chatd.daemon.model.entry.Expiry;
import chatd.daemon.model.message.Hold;
import chatd.daemon.store.db.Database;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Reads what there is by age, and stores holds, each in a transaction of its own. Blocks. */
public final class RetentionStore {
    private final Database database;

    public RetentionStore(Database database) {
        this.database = database;
    }

    /**
     * A message, or a change of a group, without what it says.
     *
     * @param sender null for a change of a group
     * @param receiver null for a group, and for several
     * @param conversation null for several
     * @param file its number; null for a text
     * @param content of the file; null for a text, and if it was taken back
     * @param bytes of the file
     */
    public record Row(
            long number,
            Instant time,
            @Nullable Long sender,
            @Nullable Long receiver,
            @Nullable Long conversation,
            @Nullable Long file,
            @Nullable Long content,
            long bytes) {}

    /** Returns the next rows after a number, by number. */
    public List<Row> after(long number, int limit) {
        return database.with(sql -> sql.select(
                        MESSAGE.NUMBER,
                        MESSAGE.TIME,
                        MESSAGE.SENDER,
                        MESSAGE.RECEIVER,
                        MESSAGE.CONVERSATION,
                        MESSAGE.FILE,
                        FILE.CONTENT,
                        DSL.coalesce(FILE.SIZE, 0L))
                .from(MESSAGE)
                .leftJoin(FILE)
                .on(FILE.NUMBER.eq(MESSAGE.FILE))
                .where(MESSAGE.NUMBER.gt(number))
                .orderBy(MESSAGE.NUMBER)
                .limit(limit)
                .fetch(row -> new Row(
                        row.value1(),
                        row.value2(),
                        row.value3(),
                        row.value4(),
                        row.value5(),
                        row.value6(),
                        row.value7(),
                        row.value8())));
    }

    /** Returns the receivers of messages to several, also of those from whom they are withheld, by message. */
    public Map<Long, List<Long>> receivers(Collection<Long> messages) {
        Map<Long, List<Long>> receivers = new HashMap<>();
        if (!messages.isEmpty()) {
            database.with(sql -> sql.select(RECEIVER.MESSAGE, RECEIVER.ACCOUNT)
                            .from(RECEIVER)
                            .where(RECEIVER.MESSAGE.in(messages))
                            .unionAll(DSL.select(WITHHELD.MESSAGE, WITHHELD.ACCOUNT)
                                    .from(WITHHELD)
                                    .where(WITHHELD.MESSAGE.in(messages)))
                            .fetch())
                    .forEach(row -> receivers
                            .computeIfAbsent(row.value1(), _ -> new ArrayList<>())
                            .add(row.value2()));
        }
        return receivers;
    }

    /** Returns at most {@code limit} expiries after a number, by number. */
    public List<Expiry> expiries(long after, int limit) {
        return database.with(sql -> sql.selectFrom(EXPIRY)
                .where(EXPIRY.NUMBER.gt(after))
                .orderBy(EXPIRY.NUMBER)
                .limit(limit)
                .fetch(row -> new Expiry(
                        row.getNumber(),
                        row.getTime(),
                        Math.toIntExact(row.getMessages()),
                        Expiry.ranges(row.getRanges()),
                        List.of())));
    }

    /** Returns all holds, also those that have ended, by number. */
    public List<Hold> holds() {
        return database.with(sql -> sql.selectFrom(HOLD)
                .orderBy(HOLD.NUMBER)
                .fetch(row -> new Hold(
                        row.getNumber(),
                        row.getAddressee(),
                        row.getUntil(),
                        row.getReason(),
                        row.getActor(),
                        row.getSince())));
    }

    /** Stores a hold, and gives it a number in place of its own. */
    public Hold add(Hold hold) {
        long number = database.with(
                        sql -> sql.insertInto(HOLD, HOLD.ADDRESSEE, HOLD.UNTIL, HOLD.REASON, HOLD.ACTOR, HOLD.SINCE)
                                .values(hold.addressee(), hold.until(), hold.reason(), hold.by(), hold.since())
                                .returningResult(HOLD.NUMBER)
                                .fetchSingle())
                .value1();
        return new Hold(number, hold.addressee(), hold.until(), hold.reason(), hold.by(), hold.since());
    }

    public void removeHold(long number) {
        database.with(sql -> sql.deleteFrom(HOLD).where(HOLD.NUMBER.eq(number)).execute());
    }
}
