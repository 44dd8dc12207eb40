package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.ACCOUNT_NAME;
import static chatd.sql.generated.Tables.ACCOUNT_NETWORK;
import static chatd.sql.generated.Tables.ACCOUNT_SETTINGS;
import static chatd.sql.generated.Tables.BLOCKED;
import static chatd.sql.generated.Tables.FRIENDSHIP;
import static chatd.sql.generated.Tables.FRIEND_REQUEST;
import static chatd.sql.generated.Tables.REPORT;

import chatd.daemon.store.db.Database;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Reads what is stored about one account, with the times that nothing else needs; for its user. Blocks. */
public final class PersonStore {
    private final Database database;

    public PersonStore(Database database) {
        this.database = database;
    }

    /** A name that the account has, or had, and since when. */
    public record Name(String name, Instant since) {}

    /** Returns all names of an account, the oldest first. */
    public List<Name> names(long account) {
        return database.with(sql -> sql.select(ACCOUNT_NAME.NAME, ACCOUNT_NAME.SINCE)
                .from(ACCOUNT_NAME)
                .where(ACCOUNT_NAME.ACCOUNT.eq(account))
                .orderBy(ACCOUNT_NAME.SINCE, ACCOUNT_NAME.NAME)
                .fetch(row -> new Name(row.value1(), row.value2())));
    }

    /** A network that the account has logged in from. */
    public record Network(String network, Instant lastLogin) {}

    /** Returns the networks of an account, the one used last first. */
    public List<Network> networks(long account) {
        return database.with(sql -> sql.select(ACCOUNT_NETWORK.NETWORK, ACCOUNT_NETWORK.LAST_LOGIN)
                .from(ACCOUNT_NETWORK)
                .where(ACCOUNT_NETWORK.ACCOUNT.eq(account))
                .orderBy(ACCOUNT_NETWORK.LAST_LOGIN.desc(), ACCOUNT_NETWORK.NETWORK)
                .fetch(row -> new Network(row.value1(), row.value2())));
    }

    /** Returns the settings that the account's clients have stored: a document of JSON; empty if there are none. */
    public Optional<byte[]> settings(long account) {
        return database.with(sql -> sql.select(ACCOUNT_SETTINGS.DOCUMENT)
                .from(ACCOUNT_SETTINGS)
                .where(ACCOUNT_SETTINGS.ACCOUNT.eq(account))
                .fetchOptional(ACCOUNT_SETTINGS.DOCUMENT));
    }

    /** Another user, and since when. */
    public record Contact(long other, Instant since) {}

    /** Returns the friends of an account, by number. */
    public List<Contact> friends(long account) {
        return database.with(sql -> sql.select(
                        DSL.when(FRIENDSHIP.LOW.eq(account), FRIENDSHIP.HIGH).otherwise(FRIENDSHIP.LOW),
                        FRIENDSHIP.SINCE)
                .from(FRIENDSHIP)
                .where(FRIENDSHIP.LOW.eq(account).or(FRIENDSHIP.HIGH.eq(account)))
                .orderBy(1)
                .fetch(row -> new Contact(row.value1(), row.value2())));
    }

    /** Returns whom an account has blocked, by number. */
    public List<Contact> blocked(long account) {
        return database.with(sql -> sql.select(BLOCKED.OTHER, BLOCKED.SINCE)
                .from(BLOCKED)
                .where(BLOCKED.ACCOUNT.eq(account))
                .orderBy(BLOCKED.OTHER)
                .fetch(row -> new Contact(row.value1(), row.value2())));
    }

    /**
     * A request to be friends.
     *
     * @param open whether it is neither answered nor withdrawn
     * @param declined when the asked user declined last; null if never
     */
    public record Request(
            long asker,
            long asked,
            boolean open,
            String text,
            Instant time,
            @Nullable Instant declined) {}

    /**
     * Returns the requests that an account has made or received, by time: as its user knows them, so without those that
     * were not told to them, and without what others have declined.
     */
    public List<Request> requests(long account) {
        return database.with(sql -> sql.selectFrom(FRIEND_REQUEST)
                .where(FRIEND_REQUEST
                        .ASKER
                        .eq(account)
                        .or(FRIEND_REQUEST.ASKED.eq(account).and(FRIEND_REQUEST.TOLD.isTrue())))
                .orderBy(FRIEND_REQUEST.TIME, FRIEND_REQUEST.ASKER, FRIEND_REQUEST.ASKED)
                .fetch(row -> new Request(
                        row.getAsker(),
                        row.getAsked(),
                        row.getOpen(),
                        row.getText(),
                        row.getTime(),
                        row.getAsked() == account ? row.getDeclined() : null)));
    }

    /**
     * A report that the account has made.
     *
     * @param closed when it was closed; null if it is open
     */
    public record Report(
            long number,
            long message,
            String reason,
            Instant time,
            @Nullable Instant closed) {}

    /** Returns the reports that an account has made, by number. */
    public List<Report> reports(long account) {
        return database.with(sql -> sql.select(REPORT.NUMBER, REPORT.MESSAGE, REPORT.REASON, REPORT.TIME, REPORT.CLOSED)
                .from(REPORT)
                .where(REPORT.ACCOUNT.eq(account))
                .orderBy(REPORT.NUMBER)
                .fetch(row -> new Report(row.value1(), row.value2(), row.value3(), row.value4(), row.value5())));
    }
}
