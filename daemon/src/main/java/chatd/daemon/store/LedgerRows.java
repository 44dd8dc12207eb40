package chatd.daemon.store;

import static chatd.sql.generated.Tables.ACCOUNT;
import static chatd.sql.generated.Tables.ACCOUNT_CHANGE;
import static chatd.sql.generated.Tables.ACCOUNT_NAME;
import static chatd.sql.generated.Tables.ACCOUNT_NETWORK;
import static chatd.sql.generated.Tables.ACCOUNT_SETTINGS;
import static chatd.sql.generated.Tables.CONTENT;
import static chatd.sql.generated.Tables.EVERYONE_MESSAGE;
import static chatd.sql.generated.Tables.FILE;
import static chatd.sql.generated.Tables.MESSAGE;
import static chatd.sql.generated.Tables.RECEIVER;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.Row3;
import org.jooq.Row7;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** What the ledger writes, as rows: many in a statement, and no statement larger than MariaDB takes. */
final class LedgerRows {
    /** Rows of one statement. */
    private static final int ROWS = 250;

    /** Bytes of one statement, well under the smallest max_allowed_packet in use, 16 MiB. */
    private static final long BYTES = 4 << 20;

    private LedgerRows() {}

    /** Writes entries in their order, within the transaction that {@code sql} is in. */
    static void write(DSLContext sql, List<Entry> entries) {
        List<Entry.Message> messages = new ArrayList<>();
        for (Entry entry : entries) {
            switch (entry) {
                case Entry.Message message -> messages.add(message);
                case Entry.AccountChange change -> change(sql, change);
            }
        }
        if (!messages.isEmpty()) {
            messages(sql, messages);
        }
    }

    private static void messages(DSLContext sql, List<Entry.Message> messages) {
        List<Long> everyones = new ArrayList<>();
        List<Row3<Long, Long, Long>> receivers = new ArrayList<>();
        List<Entry.Message> statement = new ArrayList<>();
        long bytes = 0;
        for (Entry.Message message : messages) {
            Entry.StoredFile file = message.file();
            if (file != null) {
                file(sql, message.number(), file);
            }
            if (statement.size() == ROWS || bytes + message.bytes() > BYTES) {
                insert(sql, statement);
                statement.clear();
                bytes = 0;
            }
            statement.add(message);
            bytes += message.bytes();
            List<Long> to = message.receivers();
            if (to == null) {
                everyones.add(message.number());
            } else {
                to.forEach(account -> receivers.add(DSL.row(message.number(), account, message.sender())));
            }
        }
        insert(sql, statement);
        for (int i = 0; i < everyones.size(); i += ROWS) {
            sql.insertInto(EVERYONE_MESSAGE, EVERYONE_MESSAGE.NUMBER)
                    .valuesOfRows(everyones.subList(i, Math.min(i + ROWS, everyones.size())).stream()
                            .map(DSL::row)
                            .toList())
                    .execute();
        }
        for (int i = 0; i < receivers.size(); i += ROWS) {
            sql.insertInto(RECEIVER, RECEIVER.MESSAGE, RECEIVER.ACCOUNT, RECEIVER.SENDER)
                    .valuesOfRows(receivers.subList(i, Math.min(i + ROWS, receivers.size())))
                    .execute();
        }
    }

    private static void insert(DSLContext sql, List<Entry.Message> messages) {
        if (messages.isEmpty()) {
            return;
        }
        sql.insertInto(
                        MESSAGE,
                        MESSAGE.NUMBER,
                        MESSAGE.TIME,
                        MESSAGE.SENDER,
                        MESSAGE.AUDIENCE,
                        MESSAGE.TEXT,
                        MESSAGE.FILE,
                        MESSAGE.SALT)
                .valuesOfRows(messages.stream().map(LedgerRows::row).toList())
                .execute();
    }

    private static Row7<Long, Instant, Long, Integer, String, Long, byte[]> row(Entry.Message message) {
        Entry.StoredFile file = message.file();
        return DSL.row(
                DSL.val(message.number(), MESSAGE.NUMBER),
                DSL.val(message.time(), MESSAGE.TIME),
                DSL.val(message.sender(), MESSAGE.SENDER),
                DSL.val(audience(message.receivers()), MESSAGE.AUDIENCE),
                DSL.val(message.text(), MESSAGE.TEXT),
                DSL.val(file == null ? null : file.number(), MESSAGE.FILE),
                DSL.val(message.salt(), MESSAGE.SALT));
    }

    private static int audience(@Nullable List<Long> receivers) {
        return receivers == null ? 0 : receivers.size() == 1 ? 1 : 2;
    }

    /** A content that is there already takes the place of the one just uploaded, whose chunks go. */
    private static void file(DSLContext sql, long message, Entry.StoredFile file) {
        Long same = sql.select(CONTENT.NUMBER)
                .from(CONTENT)
                .where(CONTENT.DIGEST.eq(file.digest()))
                .fetchOne(CONTENT.NUMBER);
        if (same == null) {
            sql.update(CONTENT)
                    .set(CONTENT.DIGEST, file.digest())
                    .where(CONTENT.NUMBER.eq(file.content()))
                    .execute();
        }
        sql.insertInto(FILE, FILE.NUMBER, FILE.MESSAGE, FILE.NAME, FILE.CONTENT, FILE.SIZE)
                .values(file.number(), message, file.name(), same == null ? file.content() : same, file.size())
                .execute();
    }

    private static void change(DSLContext sql, Entry.AccountChange entry) {
        Entry.Change change = entry.change();
        switch (entry.effect()) {
            case Entry.AccountMade made -> make(sql, made);
            case Entry.PasswordSet set ->
                sql.update(ACCOUNT)
                        .set(ACCOUNT.PASSWORD_HASH, set.hash())
                        .set(ACCOUNT.MUST_CHANGE, set.mustChange())
                        .where(ACCOUNT.NUMBER.eq(change.account()))
                        .execute();
            case Entry.LoggedIn login -> logIn(sql, change, login);
            case Entry.SettingsStored stored ->
                sql.insertInto(ACCOUNT_SETTINGS, ACCOUNT_SETTINGS.ACCOUNT, ACCOUNT_SETTINGS.DOCUMENT)
                        .values(change.account(), stored.document())
                        .onDuplicateKeyUpdate()
                        .set(ACCOUNT_SETTINGS.DOCUMENT, DSL.excluded(ACCOUNT_SETTINGS.DOCUMENT))
                        .execute();
        }
        Entry.Origin origin = change.origin().orElse(null);
        sql.insertInto(ACCOUNT_CHANGE)
                .set(ACCOUNT_CHANGE.NUMBER, change.number())
                .set(ACCOUNT_CHANGE.ACCOUNT, change.account())
                .set(ACCOUNT_CHANGE.NAME, change.name())
                .set(ACCOUNT_CHANGE.KIND, change.kind().code)
                .set(ACCOUNT_CHANGE.TIME, change.time())
                .set(ACCOUNT_CHANGE.ACTOR, change.actor())
                .set(ACCOUNT_CHANGE.SESSION, origin == null ? null : origin.session())
                .set(ACCOUNT_CHANGE.DIALECT, origin == null ? null : origin.dialect())
                .set(ACCOUNT_CHANGE.ADDRESS, origin == null ? null : origin.address())
                .set(ACCOUNT_CHANGE.PORT, origin == null ? null : origin.port())
                .set(ACCOUNT_CHANGE.SIZE, (long) change.size())
                .execute();
    }

    private static void make(DSLContext sql, Entry.AccountMade made) {
        Account account = made.account();
        sql.insertInto(ACCOUNT)
                .set(ACCOUNT.NUMBER, account.number())
                .set(ACCOUNT.NAME, account.name())
                .set(ACCOUNT.PASSWORD_HASH, made.hash())
                .set(ACCOUNT.MUST_CHANGE, account.mustChange())
                .set(ACCOUNT.STATE, account.state().code)
                .set(ACCOUNT.EVERYONE_AFTER, account.everyoneAfter())
                .set(ACCOUNT.CREATED, account.created())
                .execute();
        sql.insertInto(ACCOUNT_NAME, ACCOUNT_NAME.NAME, ACCOUNT_NAME.ACCOUNT, ACCOUNT_NAME.SINCE)
                .values(account.name(), account.number(), account.created())
                .execute();
    }

    private static void logIn(DSLContext sql, Entry.Change change, Entry.LoggedIn login) {
        String rehashed = login.rehashed();
        sql.update(ACCOUNT)
                .set(ACCOUNT.LAST_LOGIN, change.time())
                .set(ACCOUNT.LAST_ADDRESS, login.address())
                .set(ACCOUNT.LAST_PORT, login.port())
                .set(ACCOUNT.PASSWORD_HASH, rehashed == null ? ACCOUNT.PASSWORD_HASH : DSL.val(rehashed))
                .where(ACCOUNT.NUMBER.eq(change.account()))
                .execute();
        sql.insertInto(ACCOUNT_NETWORK, ACCOUNT_NETWORK.ACCOUNT, ACCOUNT_NETWORK.NETWORK, ACCOUNT_NETWORK.LAST_LOGIN)
                .values(change.account(), login.network(), change.time())
                .onDuplicateKeyUpdate()
                .set(ACCOUNT_NETWORK.LAST_LOGIN, change.time())
                .execute();
    }
}
