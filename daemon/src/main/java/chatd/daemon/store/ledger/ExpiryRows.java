package chatd.daemon.store.ledger;

import static chatd.sql.generated.Tables.AMENDMENT;
import static chatd.sql.generated.Tables.AMENDMENT_READER;
import static chatd.sql.generated.Tables.EXPIRY;
import static chatd.sql.generated.Tables.FILE;
import static chatd.sql.generated.Tables.MENTION;
import static chatd.sql.generated.Tables.MESSAGE;
import static chatd.sql.generated.Tables.NUMBER_FLOOR;
import static chatd.sql.generated.Tables.REACTION;
import static chatd.sql.generated.Tables.RECEIVER;
import static chatd.sql.generated.Tables.WITHHELD;

import chatd.daemon.model.entry.Expiry;
import chatd.daemon.store.read.ContentStore;
import java.util.List;
import java.util.Objects;
import org.jooq.DSLContext;
import org.jooq.Record4;
import org.jooq.Result;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Deletes messages that were kept long enough, with all rows that are about them. */
final class ExpiryRows {
    private ExpiryRows() {}

    /**
     * Writes an expiry. The contents of the files can then be {@linkplain ContentStore#discard discarded}, unless another file
     * uses them.
     */
    static void write(DSLContext sql, Expiry expiry) {
        List<Long> messages = expiry.deleted();
        deleteFiles(sql, messages);
        List<Long> amendments = sql.select(AMENDMENT.NUMBER)
                .from(AMENDMENT)
                .where(AMENDMENT.MESSAGE.in(messages))
                .fetch(AMENDMENT.NUMBER);
        if (!amendments.isEmpty()) {
            sql.deleteFrom(AMENDMENT_READER)
                    .where(AMENDMENT_READER.AMENDMENT.in(amendments))
                    .execute();
            sql.deleteFrom(AMENDMENT).where(AMENDMENT.NUMBER.in(amendments)).execute();
            sql.deleteFrom(REACTION).where(REACTION.MESSAGE.in(messages)).execute();
        }
        sql.deleteFrom(MENTION).where(MENTION.MESSAGE.in(messages)).execute();
        sql.deleteFrom(RECEIVER).where(RECEIVER.MESSAGE.in(messages)).execute();
        sql.deleteFrom(WITHHELD).where(WITHHELD.MESSAGE.in(messages)).execute();
        sql.deleteFrom(MESSAGE).where(MESSAGE.NUMBER.in(messages)).execute();
        sql.insertInto(EXPIRY)
                .set(EXPIRY.NUMBER, expiry.number())
                .set(EXPIRY.TIME, expiry.time())
                .set(EXPIRY.MESSAGES, (long) expiry.messages())
                .set(EXPIRY.RANGES, Expiry.text(expiry.ranges()))
                .execute();
    }

    private static void deleteFiles(DSLContext sql, List<Long> messages) {
        Result<Record4<Long, @Nullable Long, Long, Long>> files = sql.select(
                        FILE.NUMBER, FILE.CONTENT, FILE.SIZE, MESSAGE.SENDER)
                .from(MESSAGE)
                .join(FILE)
                .on(FILE.NUMBER.eq(MESSAGE.FILE))
                .where(MESSAGE.NUMBER.in(messages))
                .fetch();
        if (files.isEmpty()) {
            return;
        }
        List<Long> numbers = files.getValues(FILE.NUMBER);
        sql.deleteFrom(FILE).where(FILE.NUMBER.in(numbers)).execute();
        for (var file : files) {
            if (file.value2() != null) {
                StorageRows.remove(sql, file.value4(), file.value3());
            }
        }
        StorageRows.forgetUnused(
                sql,
                files.getValues(FILE.CONTENT).stream().filter(Objects::nonNull).toList());
        // The numbers of files are not given again, even if these were the last.
        long highest = numbers.stream().mapToLong(Long::longValue).max().orElse(0);
        sql.insertInto(NUMBER_FLOOR)
                .set(NUMBER_FLOOR.ID, 1)
                .set(NUMBER_FLOOR.MESSAGE, 0L)
                .set(NUMBER_FLOOR.ACCOUNT_CHANGE, 0L)
                .set(NUMBER_FLOOR.FILE, highest)
                .set(NUMBER_FLOOR.ACCOUNT, 0L)
                .onDuplicateKeyUpdate()
                .set(NUMBER_FLOOR.FILE, DSL.greatest(NUMBER_FLOOR.FILE, DSL.excluded(NUMBER_FLOOR.FILE)))
                .execute();
    }

    /** Returns whether an expiry with this number exists. */
    static boolean exists(DSLContext sql, Expiry expiry) {
        return sql.fetchExists(EXPIRY, EXPIRY.NUMBER.eq(expiry.number()));
    }
}
