package chatd.daemon.store.ledger;

import static chatd.sql.generated.Tables.ACCOUNT;
import static chatd.sql.generated.Tables.ACCOUNT_CHANGE;
import static chatd.sql.generated.Tables.ACCOUNT_NAME;
import static chatd.sql.generated.Tables.ACCOUNT_NETWORK;
import static chatd.sql.generated.Tables.ACCOUNT_SETTINGS;
import static chatd.sql.generated.Tables.GROUP_MEMBER;
import static chatd.sql.generated.Tables.LAST_SEEN;
import static chatd.sql.generated.Tables.NUMBER_FLOOR;
import static chatd.sql.generated.Tables.PARTY;

import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.RememberedDevice;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.entry.Origin;
import chatd.daemon.model.message.Conversation;
import chatd.daemon.store.db.Database;
import chatd.protocol.value.people.Avatar;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jooq.BatchBindStep;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/**
 * Writes the ledger's account changes: many logins or new accounts are written with one command per
 * table.
 */
final class AccountRows {
    /** Maximum number of accounts per command, which stays under a megabyte. */
    private static final int ROWS = 1_000;

    private final LoginRows logins = new LoginRows();
    private final List<Effect.AccountMade> newAccounts = new ArrayList<>();
    private final List<AccountChange> others = new ArrayList<>();

    /** Changes of all entries except those that {@code logins} writes. */
    private final List<Change> changes = new ArrayList<>();

    void add(AccountChange entry) {
        switch (entry.effect()) {
            case Effect.LoggedIn login -> {
                if (logins.add(entry.change(), login)) {
                    return;
                }
                others.add(entry);
            }
            case Effect.AccountMade account -> newAccounts.add(account);
            default -> others.add(entry);
        }
        changes.add(entry.change());
    }

    boolean isEmpty() {
        return logins.isEmpty() && changes.isEmpty();
    }

    void write(Connection connection) throws SQLException {
        logins.write(connection);
        if (changes.isEmpty()) {
            return;
        }
        DSLContext sql = Database.context(connection);
        for (int i = 0; i < newAccounts.size(); i += ROWS) {
            insertNew(sql, newAccounts.subList(i, Math.min(newAccounts.size(), i + ROWS)));
        }
        others.forEach(entry -> change(sql, entry));
        for (int i = 0; i < changes.size(); i += ROWS) {
            record(sql, changes.subList(i, Math.min(changes.size(), i + ROWS)));
        }
    }

    private static void insertNew(DSLContext sql, List<Effect.AccountMade> some) {
        insertAccounts(sql, some);
        // All accounts of a batch have the same creation time, so this is normally one command.
        some.stream()
                .collect(Collectors.groupingBy(each -> each.account().created()))
                .forEach((created, each) -> insertNames(
                        sql,
                        each.stream()
                                .map(made -> Map.entry(
                                        made.account().name(), made.account().number()))
                                .toList(),
                        created));
    }

    private static void insertAccounts(DSLContext sql, List<Effect.AccountMade> some) {
        BatchBindStep accounts = sql.batch(sql.insertInto(
                        ACCOUNT,
                        ACCOUNT.NUMBER,
                        ACCOUNT.NAME,
                        ACCOUNT.NOTE,
                        ACCOUNT.PASSWORD_HASH,
                        ACCOUNT.MUST_CHANGE,
                        ACCOUNT.PASSWORD_ENDS,
                        ACCOUNT.STATE,
                        ACCOUNT.EVERYONE,
                        ACCOUNT.EVERYONE_AFTER,
                        ACCOUNT.CREATED)
                .values((Long) null, null, null, null, null, null, null, null, null, null));
        for (Effect.AccountMade each : some) {
            Account account = each.account();
            accounts = accounts.bind(
                    account.number(),
                    account.name(),
                    account.note(),
                    each.hash(),
                    account.mustChange(),
                    account.passwordEnds().orElse(null),
                    account.state().code,
                    account.mayWriteToEveryone(),
                    account.everyoneAfter(),
                    account.created());
        }
        accounts.execute();
        BatchBindStep parties = sql.batch(sql.insertInto(PARTY, PARTY.ACCOUNT, PARTY.CONVERSATION, PARTY.READ_MID)
                .values((Long) null, null, null));
        for (Effect.AccountMade each : some) {
            Account account = each.account();
            parties = parties.bind(account.number(), Conversation.EVERYONE, account.everyoneAfter());
        }
        parties.execute();
    }

    private static void insertNames(DSLContext sql, List<Map.Entry<String, Long>> some, Instant since) {
        BatchBindStep names =
                sql.batch(sql.insertInto(ACCOUNT_NAME, ACCOUNT_NAME.NAME, ACCOUNT_NAME.ACCOUNT, ACCOUNT_NAME.SINCE)
                        .values((String) null, null, null));
        for (Map.Entry<String, Long> name : some) {
            names = names.bind(name.getKey(), name.getValue(), since);
        }
        names.execute();
    }

    private static void record(DSLContext sql, List<Change> some) {
        BatchBindStep rows = sql.batch(sql.insertInto(
                        ACCOUNT_CHANGE,
                        ACCOUNT_CHANGE.NUMBER,
                        ACCOUNT_CHANGE.ACCOUNT,
                        ACCOUNT_CHANGE.NAME,
                        ACCOUNT_CHANGE.WAS,
                        ACCOUNT_CHANGE.KIND,
                        ACCOUNT_CHANGE.TIME,
                        ACCOUNT_CHANGE.ACTOR,
                        ACCOUNT_CHANGE.SESSION,
                        ACCOUNT_CHANGE.DIALECT,
                        ACCOUNT_CHANGE.ADDRESS,
                        ACCOUNT_CHANGE.PORT,
                        ACCOUNT_CHANGE.SIZE,
                        ACCOUNT_CHANGE.OTHER,
                        ACCOUNT_CHANGE.MESSAGE)
                .values((Long) null, null, null, null, null, null, null, null, null, null, null, null, null, null));
        for (Change change : some) {
            Origin origin = change.origin().orElse(null);
            rows = rows.bind(
                    change.number(),
                    change.account(),
                    change.name(),
                    change.previousName(),
                    change.kind().code,
                    change.time(),
                    change.actor(),
                    origin == null ? null : origin.session(),
                    origin == null ? null : origin.dialect(),
                    origin == null ? null : origin.address(),
                    origin == null ? null : origin.port(),
                    (long) change.size(),
                    change.other() == 0 ? null : (Long) change.other(),
                    change.message() == 0 ? null : (Long) change.message());
        }
        rows.execute();
    }

    private static void change(DSLContext sql, AccountChange entry) {
        Change change = entry.change();
        switch (entry.effect()) {
            case Effect.AccountMade account -> throw new IllegalStateException("they are made together");
            case Effect.PasswordSet set -> {
                LoginRows.endTokens(sql, change.account(), set.kept());
                RememberedDevice device = set.remembered();
                DeviceRows.forget(sql, change.account(), device == null ? null : device.device());
                if (device != null) {
                    DeviceRows.write(sql, device);
                }
                sql.update(ACCOUNT)
                        .set(ACCOUNT.PASSWORD_HASH, set.hash())
                        .set(ACCOUNT.MUST_CHANGE, set.mustChange())
                        .set(ACCOUNT.PASSWORD_ENDS, set.ends().orElse(null))
                        .where(ACCOUNT.NUMBER.eq(change.account()))
                        .execute();
            }
            case Effect.LoggedIn login -> LoginRows.write(sql, change, login);
            case Effect.SettingsStored stored ->
                sql.insertInto(ACCOUNT_SETTINGS, ACCOUNT_SETTINGS.ACCOUNT, ACCOUNT_SETTINGS.DOCUMENT)
                        .values(change.account(), stored.document())
                        .onDuplicateKeyUpdate()
                        .set(ACCOUNT_SETTINGS.DOCUMENT, DSL.excluded(ACCOUNT_SETTINGS.DOCUMENT))
                        .execute();
            case Effect.AvatarChanged changed -> AvatarRows.write(sql, change.account(), changed.avatar());
            case Effect.AccountUpdated(Account account) -> {
                update(sql, account, change.time());
                if (change.kind() == Change.Kind.DISABLED) {
                    LoginRows.endTokens(sql, account.number(), null);
                    DeviceRows.forget(sql, account.number(), null);
                }
            }
            case Effect.AccountDeleted _ -> delete(sql, change.account());
            case Effect.ErasureBegun begun -> {
                delete(sql, change.account());
                ErasureRows.begin(sql, change, begun.everywhere());
            }
            case Effect.AccountErased erased -> ErasureRows.end(sql, change, erased);
            case Effect.FriendAsked asked -> ContactRows.ask(sql, change, asked);
            case Effect.FriendsMade made -> ContactRows.befriend(sql, change, made.other());
            case Effect.FriendDeclined declined -> ContactRows.decline(sql, change, declined.asker());
            case Effect.RequestWithdrawn withdrawn -> ContactRows.withdraw(sql, change.account(), withdrawn.asked());
            case Effect.FriendRemoved removed -> ContactRows.remove(sql, change.account(), removed.other());
            case Effect.UserBlocked block -> ContactRows.block(sql, change, block);
            case Effect.MessageReported report -> ReportRows.report(sql, change, report);
            case Effect.ReportClosed closed -> ReportRows.close(sql, change, closed.report());
            case Effect.ReportNoted noted -> ReportRows.note(sql, change, noted);
        }
    }

    private static void update(DSLContext sql, Account account, Instant now) {
        sql.update(ACCOUNT)
                .set(ACCOUNT.NAME, account.name())
                .set(ACCOUNT.NOTE, account.note())
                .set(ACCOUNT.STATE, account.state().code)
                .set(ACCOUNT.PASSWORD_ENDS, account.passwordEnds().orElse(null))
                .set(ACCOUNT.EVERYONE, account.mayWriteToEveryone())
                .set(ACCOUNT.MUTED_UNTIL, account.mutedUntil().orElse(null))
                .set(
                        ACCOUNT.QUOTA,
                        account.quota().isEmpty()
                                ? null
                                : (Long) account.quota().getAsLong())
                .set(ACCOUNT.TELLS_READING, account.preferences().readMarks())
                .set(ACCOUNT.TELLS_SEEN, account.preferences().lastSeen())
                .set(ACCOUNT.MAY_CALL, account.preferences().calls().code)
                .set(ACCOUNT.MAY_ASK, account.preferences().requests().code)
                .set(ACCOUNT.MAY_ADD, account.preferences().groups().code)
                .set(ACCOUNT.MAY_WRITE, account.preferences().texts().code)
                .where(ACCOUNT.NUMBER.eq(account.number()))
                .execute();
        if (!account.preferences().lastSeen()) {
            sql.deleteFrom(LAST_SEEN)
                    .where(LAST_SEEN.ACCOUNT.eq(account.number()))
                    .execute();
        }
        // A former name of the account already has a row.
        sql.insertInto(ACCOUNT_NAME, ACCOUNT_NAME.NAME, ACCOUNT_NAME.ACCOUNT, ACCOUNT_NAME.SINCE)
                .values(account.name(), account.number(), now)
                .onDuplicateKeyIgnore()
                .execute();
    }

    /** Writes what {@link Ledger#writeOff} describes. */
    static void writeOff(DSLContext sql, Ledger.LastNumbers numbers, Map<String, Long> names, Instant now) {
        sql.insertInto(
                        NUMBER_FLOOR,
                        NUMBER_FLOOR.ID,
                        NUMBER_FLOOR.MESSAGE,
                        NUMBER_FLOOR.ACCOUNT_CHANGE,
                        NUMBER_FLOOR.FILE,
                        NUMBER_FLOOR.ACCOUNT,
                        NUMBER_FLOOR.CHAT_GROUP)
                .values(1, numbers.message(), numbers.change(), numbers.file(), numbers.account(), numbers.group())
                .onDuplicateKeyUpdate()
                .set(NUMBER_FLOOR.MESSAGE, DSL.excluded(NUMBER_FLOOR.MESSAGE))
                .set(NUMBER_FLOOR.ACCOUNT_CHANGE, DSL.excluded(NUMBER_FLOOR.ACCOUNT_CHANGE))
                .set(NUMBER_FLOOR.FILE, DSL.excluded(NUMBER_FLOOR.FILE))
                .set(NUMBER_FLOOR.ACCOUNT, DSL.excluded(NUMBER_FLOOR.ACCOUNT))
                .set(NUMBER_FLOOR.CHAT_GROUP, DSL.excluded(NUMBER_FLOOR.CHAT_GROUP))
                .execute();
        Set<Long> existing = sql.select(ACCOUNT.NUMBER).from(ACCOUNT).fetchSet(ACCOUNT.NUMBER);
        Set<String> used = sql.select(ACCOUNT_NAME.NAME).from(ACCOUNT_NAME).fetchSet(ACCOUNT_NAME.NAME);
        Map<Long, String> lost = new HashMap<>();
        names.forEach((name, account) -> {
            // If the database is a different one altogether, another account may have the name: then it is in use, too.
            if (!existing.contains(account) && !used.contains(name)) {
                lost.put(account, name);
            }
        });
        List<Account> accounts = new ArrayList<>();
        lost.forEach((account, name) ->
                accounts.add(Account.fresh(account, name, "", Account.Password.OWN, numbers.message(), now)
                        .deleted()));
        for (int i = 0; i < accounts.size(); i += ROWS) {
            insertAccounts(
                    sql,
                    accounts.subList(i, Math.min(accounts.size(), i + ROWS)).stream()
                            .map(account -> new Effect.AccountMade(account, ""))
                            .toList());
        }
        List<Map.Entry<String, Long>> missing = names.entrySet().stream()
                .filter(name -> !used.contains(name.getKey())
                        && (existing.contains(name.getValue()) || lost.containsKey(name.getValue())))
                .toList();
        for (int i = 0; i < missing.size(); i += ROWS) {
            insertNames(sql, missing.subList(i, Math.min(missing.size(), i + ROWS)), now);
        }
    }

    private static void delete(DSLContext sql, long account) {
        sql.update(ACCOUNT)
                .set(ACCOUNT.STATE, Account.State.DELETED.code)
                .set(ACCOUNT.PASSWORD_HASH, "")
                .set(ACCOUNT.NOTE, "")
                .set(ACCOUNT.MUST_CHANGE, false)
                .set(ACCOUNT.EVERYONE, false)
                .setNull(ACCOUNT.PASSWORD_ENDS)
                .setNull(ACCOUNT.MUTED_UNTIL)
                .setNull(ACCOUNT.QUOTA)
                .setNull(ACCOUNT.LAST_LOGIN)
                .setNull(ACCOUNT.LAST_ADDRESS)
                .setNull(ACCOUNT.LAST_PORT)
                .where(ACCOUNT.NUMBER.eq(account))
                .execute();
        sql.deleteFrom(LAST_SEEN).where(LAST_SEEN.ACCOUNT.eq(account)).execute();
        sql.deleteFrom(ACCOUNT_SETTINGS)
                .where(ACCOUNT_SETTINGS.ACCOUNT.eq(account))
                .execute();
        sql.deleteFrom(ACCOUNT_NETWORK)
                .where(ACCOUNT_NETWORK.ACCOUNT.eq(account))
                .execute();
        AvatarRows.write(sql, account, Avatar.NONE);
        ContactRows.forget(sql, account);
        LoginRows.endTokens(sql, account, null);
        DeviceRows.forget(sql, account, null);
        sql.deleteFrom(PARTY).where(PARTY.ACCOUNT.eq(account)).execute();
        sql.deleteFrom(GROUP_MEMBER).where(GROUP_MEMBER.ACCOUNT.eq(account)).execute();
    }
}
