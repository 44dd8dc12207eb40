package chatd.daemon.store.ledger;

import static chatd.sql.generated.Tables.ACCOUNT;
import static chatd.sql.generated.Tables.ACCOUNT_CHANGE;
import static chatd.sql.generated.Tables.ACCOUNT_NETWORK;
import static chatd.sql.generated.Tables.TOKEN;

import chatd.daemon.model.account.RememberedDevice;
import chatd.daemon.model.account.Token;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.entry.Origin;
import chatd.daemon.store.db.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Writes the ledger's logins, many with one command per table, and the tokens and devices that come with them. */
final class LoginRows {
    private static final String UPDATE_LOGIN = Database.RENDERER
            .update(ACCOUNT)
            .set(ACCOUNT.LAST_LOGIN, (java.time.Instant) null)
            .set(ACCOUNT.LAST_ADDRESS, (String) null)
            .set(ACCOUNT.LAST_PORT, (Integer) null)
            .where(ACCOUNT.NUMBER.eq((Long) null))
            .getSQL();

    private static final String INSERT_NETWORK = Database.RENDERER
            .insertInto(ACCOUNT_NETWORK, ACCOUNT_NETWORK.ACCOUNT, ACCOUNT_NETWORK.NETWORK, ACCOUNT_NETWORK.LAST_LOGIN)
            .values((Long) null, null, null)
            .onDuplicateKeyUpdate()
            .set(ACCOUNT_NETWORK.LAST_LOGIN, DSL.excluded(ACCOUNT_NETWORK.LAST_LOGIN))
            .getSQL();

    private static final String INSERT_LOGIN = Database.RENDERER
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

    private static final String DELETE_TOKEN = Database.RENDERER
            .deleteFrom(TOKEN)
            .where(TOKEN.ACCOUNT.eq((Long) null), TOKEN.DEVICE.eq((String) null))
            .getSQL();

    private static final String INSERT_TOKEN = Database.RENDERER
            .insertInto(TOKEN, TOKEN.HASH, TOKEN.ACCOUNT, TOKEN.DEVICE, TOKEN.QUIET, TOKEN.BEGINS)
            .values((byte[]) null, null, null, null, null)
            .getSQL();

    private final List<LogIn> logIns = new ArrayList<>();
    private final List<Token> tokens = new ArrayList<>();
    private final List<RememberedDevice> devices = new ArrayList<>();

    private record LogIn(Change change, Effect.LoggedIn effect) {}

    /**
     * Adds a login.
     *
     * @return false if the caller must write its account and change separately, because its
     *     password was rehashed
     */
    boolean add(Change change, Effect.LoggedIn login) {
        Stream.ofNullable(login.token()).forEach(tokens::add);
        Stream.ofNullable(login.remembered()).forEach(devices::add);
        return login.rehashed() == null && logIns.add(new LogIn(change, login));
    }

    boolean isEmpty() {
        return logIns.isEmpty() && tokens.isEmpty() && devices.isEmpty();
    }

    void write(Connection connection) throws SQLException {
        insertLogins(connection);
        insertTokens(connection);
        if (!devices.isEmpty()) {
            DSLContext sql = Database.context(connection);
            devices.forEach(device -> DeviceRows.write(sql, device));
        }
    }

    /** Writes new tokens, each replacing the previous one of its device. */
    private void insertTokens(Connection connection) throws SQLException {
        if (tokens.isEmpty()) {
            return;
        }
        try (PreparedStatement delete = connection.prepareStatement(DELETE_TOKEN);
                PreparedStatement insert = connection.prepareStatement(INSERT_TOKEN)) {
            for (Token token : tokens) {
                delete.setLong(1, token.account());
                delete.setString(2, token.device());
                delete.addBatch();
                insert.setBytes(1, token.hash().array());
                insert.setLong(2, token.account());
                insert.setString(3, token.device());
                insert.setBoolean(4, token.quiet());
                insert.setLong(5, token.begins());
                insert.addBatch();
            }
            delete.executeBatch();
            insert.executeBatch();
        }
    }

    /** Writes many logins with one command per table. No account is changed twice in a batch. */
    private void insertLogins(Connection connection) throws SQLException {
        if (logIns.isEmpty()) {
            return;
        }
        try (PreparedStatement update = connection.prepareStatement(UPDATE_LOGIN);
                PreparedStatement network = connection.prepareStatement(INSERT_NETWORK);
                PreparedStatement change = connection.prepareStatement(INSERT_LOGIN)) {
            for (LogIn logIn : logIns) {
                Change made = logIn.change();
                Effect.LoggedIn login = logIn.effect();
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
                Origin origin = made.origin().orElseThrow();
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

    /** @param kept a token to keep; null for none */
    static void endTokens(DSLContext sql, long account, @Nullable Token kept) {
        sql.deleteFrom(TOKEN)
                .where(
                        TOKEN.ACCOUNT.eq(account),
                        kept == null
                                ? DSL.noCondition()
                                : TOKEN.HASH.ne(kept.hash().array()))
                .execute();
    }

    /** Writes one login with a rehashed password. */
    static void write(DSLContext sql, Change change, Effect.LoggedIn login) {
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
