package chatd.daemon.store;

import static chatd.sql.generated.Tables.ACCOUNT;
import static chatd.sql.generated.Tables.ACCOUNT_CHANGE;
import static chatd.sql.generated.Tables.ACCOUNT_NAME;
import static chatd.sql.generated.Tables.ACCOUNT_NETWORK;
import static chatd.sql.generated.Tables.ACCOUNT_SETTINGS;
import static chatd.sql.generated.Tables.CONTENT;
import static chatd.sql.generated.Tables.FILE;
import static chatd.sql.generated.Tables.MESSAGE;
import static chatd.sql.generated.Tables.RECEIVER;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** What the ledger writes, as rows: many in a statement, and no statement larger than MariaDB takes. */
final class LedgerRows {
    /** Bytes of one statement, well under the smallest max_allowed_packet in use, 16 MiB. */
    private static final long BYTES = 4 << 20;

    /** Receivers of one statement: half a megabyte of them. */
    private static final int ROWS = 25_000;

    private static final String INSERT_TEXT = DSL.using(SQLDialect.MARIADB, Database.SETTINGS)
            .insertInto(
                    MESSAGE, MESSAGE.NUMBER, MESSAGE.TIME, MESSAGE.SENDER, MESSAGE.RECEIVER, MESSAGE.TEXT, MESSAGE.SALT)
            .values((Long) null, null, null, null, null, null)
            .getSQL();

    private static final String INSERT_RECEIVER = DSL.using(SQLDialect.MARIADB, Database.SETTINGS)
            .insertInto(RECEIVER, RECEIVER.MESSAGE, RECEIVER.ACCOUNT)
            .values((Long) null, null)
            .getSQL();

    private static final String UPDATE_LOGIN = DSL.using(SQLDialect.MARIADB, Database.SETTINGS)
            .update(ACCOUNT)
            .set(ACCOUNT.LAST_LOGIN, (java.time.Instant) null)
            .set(ACCOUNT.LAST_ADDRESS, (String) null)
            .set(ACCOUNT.LAST_PORT, (Integer) null)
            .where(ACCOUNT.NUMBER.eq((Long) null))
            .getSQL();

    private static final String INSERT_NETWORK = DSL.using(SQLDialect.MARIADB, Database.SETTINGS)
            .insertInto(ACCOUNT_NETWORK, ACCOUNT_NETWORK.ACCOUNT, ACCOUNT_NETWORK.NETWORK, ACCOUNT_NETWORK.LAST_LOGIN)
            .values((Long) null, null, null)
            .onDuplicateKeyUpdate()
            .set(ACCOUNT_NETWORK.LAST_LOGIN, DSL.excluded(ACCOUNT_NETWORK.LAST_LOGIN))
            .getSQL();

    private static final String INSERT_LOGIN = DSL.using(SQLDialect.MARIADB, Database.SETTINGS)
            .insertInto(
                    ACCOUNT_CHANGE,
                    ACCOUNT_CHANGE.NUMBER,
                    ACCOUNT_CHANGE.ACCOUNT,
                    ACCOUNT_CHANGE.NAME,
                    ACCOUNT_CHANGE.KIND,
                    ACCOUNT_CHANGE.TIME,
                    ACCOUNT_CHANGE.SESSION,
                    ACCOUNT_CHANGE.DIALECT,
                    ACCOUNT_CHANGE.ADDRESS,
                    ACCOUNT_CHANGE.PORT,
                    ACCOUNT_CHANGE.SIZE)
            .values((Long) null, null, null, null, null, null, null, null, null, null)
            .getSQL();

    /** A row each; those of one list are written together by one statement. */
    private final List<List<Entry.Message>> texts = new ArrayList<>();

    private final List<Entry.Message> files = new ArrayList<>();

    /** Texts and files to several, who have a row each too. */
    private final List<Entry.Message> toSeveral = new ArrayList<>();

    private final List<Entry.AccountChange> changes = new ArrayList<>();
    private final List<LogIn> logIns = new ArrayList<>();

    private record LogIn(Entry.Change change, Entry.LoggedIn effect) {}

    LedgerRows(List<Entry> entries) {
        long bytes = 0;
        for (Entry entry : entries) {
            switch (entry) {
                case Entry.Message message
                when message.text() != null -> {
                    bytes += message.bytes();
                    if (texts.isEmpty() || bytes > BYTES) {
                        texts.add(new ArrayList<>(entries.size()));
                        bytes = message.bytes();
                    }
                    texts.getLast().add(message);
                }
                case Entry.Message message -> files.add(message);
                case Entry.AccountChange(Entry.Change change, Entry.LoggedIn login)
                when login.rehashed() == null -> {
                    logIns.add(new LogIn(change, login));
                }
                case Entry.AccountChange change -> changes.add(change);
            }
            if (entry instanceof Entry.Message message && isToSeveral(message)) {
                toSeveral.add(message);
            }
        }
    }

    private static boolean isToSeveral(Entry.Message message) {
        List<Long> receivers = message.receivers();
        return receivers != null && receivers.size() != 1;
    }

    /** Whether all of it is one statement, which is then a transaction of its own. */
    boolean isOneStatement() {
        return texts.size() == 1 && toSeveral.isEmpty() && files.isEmpty() && changes.isEmpty() && logIns.isEmpty();
    }

    /** Writes all of it. */
    void write(Connection connection) throws SQLException {
        for (List<Entry.Message> some : texts) {
            texts(connection, some);
        }
        if (!logIns.isEmpty()) {
            logIns(connection);
        }
        if (!files.isEmpty() || !changes.isEmpty()) {
            DSLContext sql = DSL.using(connection, SQLDialect.MARIADB, Database.SETTINGS);
            files.forEach(message -> file(sql, message));
            changes.forEach(change -> change(sql, change));
        }
        if (!toSeveral.isEmpty()) {
            receivers(connection);
        }
    }

    /** By JDBC itself: the driver sends all rows in one command, and nothing is rendered for each. */
    private static void texts(Connection connection, List<Entry.Message> messages) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_TEXT)) {
            for (Entry.Message message : messages) {
                insert.setLong(1, message.number());
                insert.setObject(2, LocalDateTime.ofInstant(message.time(), ZoneOffset.UTC));
                insert.setLong(3, message.sender());
                insert.setObject(4, receiver(message), Types.BIGINT);
                insert.setString(5, message.text());
                insert.setBytes(6, message.salt());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static @Nullable Long receiver(Entry.Message message) {
        List<Long> receivers = message.receivers();
        return receivers == null
                ? Long.valueOf(Entry.Message.EVERYONE)
                : receivers.size() == 1 ? receivers.getFirst() : null;
    }

    private void receivers(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_RECEIVER)) {
            int rows = 0;
            for (Entry.Message message : toSeveral) {
                for (Long account : Objects.requireNonNull(message.receivers())) {
                    insert.setLong(1, message.number());
                    insert.setLong(2, account);
                    insert.addBatch();
                    if (++rows == ROWS) {
                        insert.executeBatch();
                        rows = 0;
                    }
                }
            }
            insert.executeBatch();
        }
    }

    /** Of many who log in at once: a command for each table. No account is changed twice in one turn. */
    private void logIns(Connection connection) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(UPDATE_LOGIN);
                PreparedStatement network = connection.prepareStatement(INSERT_NETWORK);
                PreparedStatement change = connection.prepareStatement(INSERT_LOGIN)) {
            for (LogIn logIn : logIns) {
                Entry.Change made = logIn.change();
                Entry.LoggedIn login = logIn.effect();
                LocalDateTime time = LocalDateTime.ofInstant(made.time(), ZoneOffset.UTC);
                update.setObject(1, time);
                update.setString(2, login.address());
                update.setInt(3, login.port());
                update.setLong(4, made.account());
                update.addBatch();
                network.setLong(1, made.account());
                network.setString(2, login.network());
                network.setObject(3, time);
                network.addBatch();
                Entry.Origin origin = made.origin().orElseThrow();
                change.setLong(1, made.number());
                change.setLong(2, made.account());
                change.setString(3, made.name());
                change.setInt(4, made.kind().code);
                change.setObject(5, time);
                change.setString(6, origin.session());
                change.setString(7, origin.dialect());
                change.setString(8, origin.address());
                change.setInt(9, origin.port());
                change.setLong(10, made.size());
                change.addBatch();
            }
            update.executeBatch();
            network.executeBatch();
            change.executeBatch();
        }
    }

    /** A content that is there already takes the place of the one just uploaded, whose chunks go. */
    private static void file(DSLContext sql, Entry.Message message) {
        Entry.StoredFile file = Objects.requireNonNull(message.file());
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
                .values(file.number(), message.number(), file.name(), same == null ? file.content() : same, file.size())
                .execute();
        sql.insertInto(MESSAGE)
                .set(MESSAGE.NUMBER, message.number())
                .set(MESSAGE.TIME, message.time())
                .set(MESSAGE.SENDER, message.sender())
                .set(MESSAGE.RECEIVER, receiver(message))
                .set(MESSAGE.FILE, file.number())
                .set(MESSAGE.SALT, message.salt())
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
