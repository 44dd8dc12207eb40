package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.ACCOUNT;
import static chatd.sql.generated.Tables.ACCOUNT_CHANGE;
import static chatd.sql.generated.Tables.ACCOUNT_NAME;
import static chatd.sql.generated.Tables.ACCOUNT_NETWORK;
import static chatd.sql.generated.Tables.ACCOUNT_SETTINGS;

import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.Change;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.ledger.Ledger;
import chatd.protocol.value.people.AllowedUsers;
import chatd.protocol.value.people.Preferences;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Reads accounts, which only the {@link Ledger} writes. Blocks. */
public final class AccountStore {
    private final Database database;

    public AccountStore(Database database) {
        this.database = database;
    }

    /** Returns all accounts, including deleted ones, by number. */
    public List<Account> all() {
        return database.with(
                sql -> sql.selectFrom(ACCOUNT).orderBy(ACCOUNT.NUMBER).fetch(AccountStore::account));
    }

    /** Returns the numbers of the accounts that registered themselves. */
    public List<Long> registered() {
        return database.with(sql -> sql.select(ACCOUNT.NUMBER)
                .from(ACCOUNT)
                .where(DSL.exists(DSL.selectOne()
                        .from(ACCOUNT_CHANGE)
                        .where(
                                ACCOUNT_CHANGE.ACCOUNT.eq(ACCOUNT.NUMBER),
                                ACCOUNT_CHANGE.KIND.eq(Change.Kind.REGISTERED.code))))
                .fetch(ACCOUNT.NUMBER));
    }

    /** Returns every name ever used, with the number of the account that has or had it. */
    public Map<String, Long> namesEverUsed() {
        return database.with(sql -> sql.select(ACCOUNT_NAME.NAME, ACCOUNT_NAME.ACCOUNT)
                .from(ACCOUNT_NAME)
                .fetchMap(ACCOUNT_NAME.NAME, ACCOUNT_NAME.ACCOUNT));
    }

    /**
     * The data needed to verify a login.
     *
     * @param hash the password hash, in PHC form
     * @param knownNetwork whether the account has logged in from this network before
     * @param settings the stored document, or null
     */
    public record Credentials(String hash, boolean knownNetwork, byte @Nullable [] settings) {}

    /** Returns an account's credentials; empty for a number that no account has, at the same cost. */
    public Optional<Credentials> credentials(long number, String network) {
        return database.with(sql -> sql.select(
                        ACCOUNT.PASSWORD_HASH,
                        DSL.field(DSL.exists(DSL.selectOne()
                                .from(ACCOUNT_NETWORK)
                                .where(ACCOUNT_NETWORK.ACCOUNT.eq(number), ACCOUNT_NETWORK.NETWORK.eq(network)))),
                        ACCOUNT_SETTINGS.DOCUMENT)
                .from(ACCOUNT)
                .leftJoin(ACCOUNT_SETTINGS)
                .on(ACCOUNT_SETTINGS.ACCOUNT.eq(ACCOUNT.NUMBER))
                .where(ACCOUNT.NUMBER.eq(number))
                .fetchOptional(row -> new Credentials(row.value1(), row.value2(), row.value3())));
    }

    /**
     * Returns how often the account's own user has renamed it since a time, but at most
     * {@code limit}.
     */
    public int countRenamesSince(long number, Instant since, int limit) {
        return database.with(sql -> sql.select(ACCOUNT_CHANGE.NUMBER)
                .from(ACCOUNT_CHANGE)
                .where(
                        ACCOUNT_CHANGE.ACCOUNT.eq(number),
                        ACCOUNT_CHANGE.KIND.eq(Change.Kind.RENAMED.code),
                        ACCOUNT_CHANGE.TIME.gt(since),
                        ACCOUNT_CHANGE.ACTOR.isNull())
                .limit(limit)
                .fetch()
                .size());
    }

    private static Account account(Record row) {
        Instant lastLogin = row.get(ACCOUNT.LAST_LOGIN);
        Integer port = row.get(ACCOUNT.LAST_PORT);
        return new Account(
                row.get(ACCOUNT.NUMBER),
                row.get(ACCOUNT.NAME),
                row.get(ACCOUNT.NOTE),
                Account.State.of(row.get(ACCOUNT.STATE)),
                new Account.Password(row.get(ACCOUNT.MUST_CHANGE), Optional.ofNullable(row.get(ACCOUNT.PASSWORD_ENDS))),
                new Account.Rights(
                        row.get(ACCOUNT.EVERYONE),
                        Optional.ofNullable(row.get(ACCOUNT.MUTED_UNTIL)),
                        row.get(ACCOUNT.QUOTA) == null
                                ? OptionalLong.empty()
                                : OptionalLong.of(row.get(ACCOUNT.QUOTA))),
                row.get(ACCOUNT.EVERYONE_AFTER),
                new Preferences(
                        row.get(ACCOUNT.TELLS_READING),
                        row.get(ACCOUNT.TELLS_SEEN),
                        AllowedUsers.of(row.get(ACCOUNT.MAY_CALL)),
                        AllowedUsers.of(row.get(ACCOUNT.MAY_ASK)),
                        AllowedUsers.of(row.get(ACCOUNT.MAY_ADD)),
                        AllowedUsers.of(row.get(ACCOUNT.MAY_WRITE))),
                row.get(ACCOUNT.CREATED),
                lastLogin == null
                        ? Optional.empty()
                        : Optional.of(new Account.Login(
                                lastLogin,
                                Objects.requireNonNullElse(row.get(ACCOUNT.LAST_ADDRESS), ""),
                                port == null ? 0 : port)));
    }
}
