package chatd.daemon.store.ledger;

import static chatd.sql.generated.Tables.AMENDMENT;
import static chatd.sql.generated.Tables.AMENDMENT_READER;
import static chatd.sql.generated.Tables.FILE;
import static chatd.sql.generated.Tables.MESSAGE;
import static chatd.sql.generated.Tables.REACTION;

import chatd.daemon.model.entry.Amendment;
import chatd.daemon.model.message.Conversation;
import chatd.daemon.store.read.ContentStore;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Writes the ledger's amendments and their effects on messages. */
public final class AmendmentRows {
    /** Values of the column {@code kind}. */
    public static final int TAKEN_BACK = 0;

    public static final int CORRECTED = 1;
    public static final int REACTED = 2;
    public static final int REACTION_REMOVED = 3;

    /** Maximum number of readers in one statement. */
    private static final int ROWS = 5_000;

    private AmendmentRows() {}

    static void write(DSLContext sql, Amendment amendment) {
        switch (amendment.act()) {
            case Amendment.TakenBack back -> {
                erase(sql, amendment.subject().message());
                insert(sql, amendment, TAKEN_BACK, null, null);
            }
            case Amendment.Corrected corrected -> insert(sql, amendment, CORRECTED, corrected.text(), corrected.salt());
            case Amendment.Reacted reacted -> {
                applyReaction(sql, amendment, reacted);
                insert(sql, amendment, reacted.on() ? REACTED : REACTION_REMOVED, reacted.code(), null);
            }
        }
        insertReaders(sql, amendment);
    }

    private static void insert(
            DSLContext sql, Amendment amendment, int kind, @Nullable String text, byte @Nullable [] salt) {
        sql.insertInto(AMENDMENT)
                .set(AMENDMENT.NUMBER, amendment.number())
                .set(AMENDMENT.MESSAGE, amendment.subject().message())
                .set(AMENDMENT.KIND, kind)
                .set(AMENDMENT.TIME, amendment.time())
                .set(AMENDMENT.SENDER, amendment.sender())
                .set(
                        AMENDMENT.CONVERSATION,
                        amendment.notifiedAccounts() == null
                                ? (Long) amendment.subject().group()
                                : null)
                .set(AMENDMENT.TEXT, text)
                .set(AMENDMENT.SALT, salt)
                .execute();
    }

    /**
     * Inserts a row for each account that is notified, per conversation of theirs that contains the
     * message.
     */
    private static void insertReaders(DSLContext sql, Amendment amendment) {
        List<Long> notified = amendment.notifiedAccounts();
        List<Long> receivers = amendment.subject().receivers();
        if (notified == null || receivers == null) {
            return;
        }
        long sender = amendment.subject().sender();
        var rows = notified.stream()
                .flatMap(account -> (account == sender ? receivers : List.of(account))
                        .stream()
                                .map(receiver ->
                                        DSL.row(account, amendment.number(), Conversation.of(sender, receiver))))
                .toList();
        for (int i = 0; i < rows.size(); i += ROWS) {
            sql.insertInto(
                            AMENDMENT_READER,
                            AMENDMENT_READER.ACCOUNT,
                            AMENDMENT_READER.AMENDMENT,
                            AMENDMENT_READER.CONVERSATION)
                    .valuesOfRows(rows.subList(i, Math.min(i + ROWS, rows.size())))
                    .execute();
        }
    }

    private static void applyReaction(DSLContext sql, Amendment amendment, Amendment.Reacted reacted) {
        if (reacted.on()) {
            sql.insertInto(REACTION)
                    .set(REACTION.MESSAGE, amendment.subject().message())
                    .set(REACTION.ACCOUNT, amendment.sender())
                    .set(REACTION.CODE, reacted.code())
                    .set(REACTION.AMENDMENT, amendment.number())
                    .set(REACTION.HIDDEN, reacted.hidden())
                    .execute();
        } else {
            sql.deleteFrom(REACTION)
                    .where(
                            REACTION.MESSAGE.eq(amendment.subject().message()),
                            REACTION.ACCOUNT.eq(amendment.sender()),
                            REACTION.CODE.eq(reacted.code()))
                    .execute();
        }
    }

    /**
     * Deletes the text or file of a message, its corrections and its reactions. The content of its
     * file can then be {@linkplain ContentStore#discard discarded}, unless another file uses it.
     */
    private static void erase(DSLContext sql, long message) {
        sql.update(MESSAGE)
                .setNull(MESSAGE.TEXT)
                .setNull(MESSAGE.SALT)
                .where(MESSAGE.NUMBER.eq(message))
                .execute();
        sql.select(FILE.NUMBER, FILE.CONTENT, FILE.SIZE, MESSAGE.SENDER)
                .from(MESSAGE)
                .join(FILE)
                .on(FILE.NUMBER.eq(MESSAGE.FILE))
                .where(MESSAGE.NUMBER.eq(message), FILE.CONTENT.isNotNull())
                .fetchOptional()
                .ifPresent(file -> {
                    eraseFile(sql, file.value1(), file.value2());
                    StorageRows.remove(sql, file.value4(), file.value3());
                });
        sql.update(AMENDMENT)
                .setNull(AMENDMENT.TEXT)
                .setNull(AMENDMENT.SALT)
                .where(AMENDMENT.MESSAGE.eq(message))
                .execute();
        sql.deleteFrom(REACTION).where(REACTION.MESSAGE.eq(message)).execute();
    }

    private static void eraseFile(DSLContext sql, long file, long content) {
        sql.update(FILE)
                .setNull(FILE.CONTENT)
                .set(FILE.NAME, "")
                .set(FILE.SIZE, 0L)
                .where(FILE.NUMBER.eq(file))
                .execute();
        StorageRows.forgetUnused(sql, List.of(content));
    }

    /** Returns whether an amendment with this number exists. */
    static boolean exists(DSLContext sql, Amendment amendment) {
        return sql.fetchExists(AMENDMENT, AMENDMENT.NUMBER.eq(amendment.number()));
    }
}
