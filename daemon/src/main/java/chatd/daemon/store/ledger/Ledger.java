package chatd.daemon.store.ledger;

import static chatd.sql.generated.Tables.ACCOUNT;
import static chatd.sql.generated.Tables.ACCOUNT_CHANGE;
import static chatd.sql.generated.Tables.AMENDMENT;
import static chatd.sql.generated.Tables.CHAT_GROUP;
import static chatd.sql.generated.Tables.EXPIRY;
import static chatd.sql.generated.Tables.FILE;
import static chatd.sql.generated.Tables.MESSAGE;
import static chatd.sql.generated.Tables.NUMBER_FLOOR;
import static chatd.sql.generated.Tables.RESTORATION;
import static chatd.sql.generated.Tables.SENT_ONCE;

import chatd.daemon.config.Config;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.AccountChanges;
import chatd.daemon.model.entry.Amendment;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Entry;
import chatd.daemon.model.entry.Expiry;
import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.entry.IdempotencyKey;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.entry.Origin;
import chatd.daemon.model.entry.Receipt;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.store.db.QueryTimeout;
import chatd.sql.Migrations;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The only connection that writes accounts and messages. It holds a lock on the database for its lifetime: so two
 * daemons never write at once, and once a new connection holds the lock, the last transaction of the old one is
 * decided, committed or not. Used by one thread; blocks.
 */
public final class Ledger implements Closeable {
    private final Database database;
    private final LedgerLock ledgerLock;
    private final KnownConversations known = new KnownConversations();
    private @Nullable Connection connection;

    private @Nullable FutureTask<Opened> opening;
    private volatile boolean migrating;

    /** @param host with {@code pid}, identifies this process to another that finds the ledger locked */
    public Ledger(Database database, Config.Database config, String host, long pid) {
        this.database = database;
        this.ledgerLock = new LedgerLock(config, host, pid);
    }

    /** Returns the name of the lock in the database that whoever writes to it holds. */
    public static String lockName(Config.Database config) {
        return "chatd." + config.name();
    }

    /** Thrown if another daemon writes to this database. */
    public static class HeldByAnother extends RuntimeException {
        private static final long serialVersionUID = 1L;

        HeldByAnother(String message) {
            super(message);
        }
    }

    /** Thrown if another daemon has taken over this database from this one, which must then end. */
    public static final class TakenOver extends HeldByAnother {
        private static final long serialVersionUID = 1L;

        TakenOver(String message) {
            super(message);
        }
    }

    /**
     * Thrown if an entry of a batch was committed before with the same identifier; nothing was
     * written.
     */
    public static final class DuplicateIdentifier extends RuntimeException {
        private static final long serialVersionUID = 1L;

        DuplicateIdentifier(Throwable cause) {
            super("an identifier is already in the ledger", cause);
        }
    }

    /** The highest numbers in use, by kind; 0 if there are none. Amendments and expiries share those of the messages. */
    public record LastNumbers(long message, long change, long file, long account, long group) {
        /** Returns the position of the last entry. */
        public long position() {
            return Math.max(message, change);
        }

        /** Returns the higher number of each kind. */
        public LastNumbers atLeast(LastNumbers other) {
            return new LastNumbers(
                    Math.max(message, other.message),
                    Math.max(change, other.change),
                    Math.max(file, other.file),
                    Math.max(account, other.account),
                    Math.max(group, other.group));
        }
    }

    /**
     * Connects, and takes the lock. First kills a lost connection of this process that the database still holds open.
     *
     * @throws DatabaseUnavailable if that fails
     * @throws HeldByAnother if another process holds the lock; the message names it
     * @throws TakenOver if another process has begun to write since this one did
     */
    public LastNumbers open(Instant now) {
        return open(now, () -> {});
    }

    /**
     * Opens the ledger as {@link #open(Instant)} does, and migrates the schema as soon as it holds the lock.
     *
     * @param migration migrates the schema; it blocks
     */
    public LastNumbers open(Instant now, Runnable migration) {
        close();
        try {
            FutureTask<Opened> attempt = opening;
            if (attempt == null) {
                attempt = QueryTimeout.start(() -> connect(now, migration));
                opening = attempt;
            }
            Opened opened = database.queryTimeout().await(attempt);
            opening = null;
            connection = opened.connection();
            ledgerLock.forgetOtherConnections(opened.id());
            return opened.numbers();
        } catch (HeldByAnother | Migrations.Refused e) {
            opening = null;
            throw e;
        } catch (TimeoutException e) {
            // The next call waits for the same attempt: there is never more than one.
            throw new DatabaseUnavailable(
                    migrating
                            ? "its schema is being brought up to date, which may take minutes"
                            : String.valueOf(e.getMessage()),
                    e,
                    false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseUnavailable("interrupted", e, false);
        } catch (Exception e) {
            opening = null;
            throw new DatabaseUnavailable(database.reason(e), e, false);
        }
    }

    /** Returns the highest number of a message, of an amendment or of an expiry; 0 if there is none. */
    public static long highest(DSLContext sql) {
        return Math.max(
                highest(sql, MESSAGE, MESSAGE.NUMBER),
                Math.max(highest(sql, AMENDMENT, AMENDMENT.NUMBER), highest(sql, EXPIRY, EXPIRY.NUMBER)));
    }

    private static long highest(DSLContext sql, Table<?> table, Field<Long> number) {
        Long highest = sql.select(DSL.max(number)).from(table).fetchSingle().value1();
        return highest == null ? 0 : highest;
    }

    /** A connection that holds the lock. */
    private record Opened(Connection connection, long id, LastNumbers numbers) {}

    private Opened connect(Instant now, Runnable migration) throws SQLException {
        Connection fresh = database.connect();
        try {
            DSLContext sql = Database.context(fresh);
            long id = ledgerLock.lock(sql);
            migrating = true;
            try {
                migration.run();
            } finally {
                migrating = false;
            }
            ledgerLock.claimEpoch(sql, now);
            LastNumbers numbers = new LastNumbers(
                    highest(sql),
                    highest(sql, ACCOUNT_CHANGE, ACCOUNT_CHANGE.NUMBER),
                    highest(sql, FILE, FILE.NUMBER),
                    highest(sql, ACCOUNT, ACCOUNT.NUMBER),
                    highest(sql, CHAT_GROUP, CHAT_GROUP.NUMBER));
            LastNumbers floor = sql.selectFrom(NUMBER_FLOOR)
                    .fetchOptional(row -> new LastNumbers(
                            row.getMessage(),
                            row.getAccountChange(),
                            row.getFile(),
                            row.getAccount(),
                            row.getChatGroup()))
                    .orElse(numbers);
            return new Opened(fresh, id, numbers.atLeast(floor));
        } catch (RuntimeException e) {
            fresh.close();
            throw e;
        }
    }

    /**
     * Checks that the database is reachable and that this process is still the one that writes to it.
     *
     * @throws TakenOver if another process is
     */
    public void check() {
        attempt(current -> {
            ledgerLock.check(current);
            return true;
        });
    }

    private interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /** Runs work on the connection, and closes the connection if it fails or the work takes too long. */
    private <T> T attempt(Work<T> work) {
        Connection current = connection;
        if (current == null) {
            throw new DatabaseUnavailable("not connected", new SQLException("not connected", "08003"), false);
        }
        try {
            return database.queryTimeout().run(() -> work.run(current));
        } catch (TakenOver e) {
            close();
            throw e;
        } catch (DuplicateIdentifier e) {
            throw e;
        } catch (DataAccessException | SQLException e) {
            if (!Database.isConnectionFailure(e)) {
                throw e instanceof DataAccessException failed
                        ? failed
                        : new DataAccessException("a statement failed: " + database.reason(e), e);
            }
            throw lost(new DatabaseUnavailable(database.reason(e), e, true));
        } catch (TimeoutException e) {
            throw lost(new DatabaseUnavailable(String.valueOf(e.getMessage()), e, true));
        } catch (DatabaseUnavailable e) {
            throw lost(e);
        } catch (Exception e) {
            throw lost(new DatabaseUnavailable(database.reason(e), e, true));
        }
    }

    /** Closes the connection, because a transaction may still be open on it and must not be continued. */
    private DatabaseUnavailable lost(DatabaseUnavailable why) {
        close();
        return why;
    }

    /**
     * Commits all entries or none.
     *
     * @throws DatabaseUnavailable if the connection failed; if the commit itself was in flight, its outcome is unknown
     *     until the next {@link #open} and {@link #lookUp}
     * @throws DataAccessException if a statement failed; nothing was written
     * @throws DuplicateIdentifier if the identifier of an entry is known already; nothing was written
     * @throws TakenOver if another process writes now; nothing was written
     */
    public List<Committed<Entry>> commit(List<Entry> entries) {
        LedgerRows rows = new LedgerRows(entries, known);
        return attempt(current -> {
            if (rows.isOneStatement() && !ledgerLock.isFenced()) {
                rows.write(current);
            } else {
                transact(current, rows::write);
            }
            rows.markKnown(known);
            return entries.stream().map(Committed::new).toList();
        });
    }

    /**
     * What was committed for an identifier.
     *
     * @param content as in {@link IdempotencyKey}
     */
    public record Sent(ByteBuffer content, Receipt receipt) {}

    /** Returns those of these identifiers that were committed before, at most a week ago. */
    public Map<ByteBuffer, Sent> sentBefore(Collection<IdempotencyKey> some) {
        return attempt(current -> sentBefore(Database.context(current), some));
    }

    public static Map<ByteBuffer, Sent> sentBefore(DSLContext sql, Collection<IdempotencyKey> some) {
        List<byte[]> ids = some.stream().map(one -> one.id().array()).toList();
        return sql.select(SENT_ONCE.fields())
                .select(MESSAGE.FILE)
                .from(SENT_ONCE)
                .leftJoin(MESSAGE)
                .on(MESSAGE.NUMBER.eq(SENT_ONCE.MESSAGE))
                .where(SENT_ONCE.ID.in(ids))
                .fetchMap(
                        row -> ByteBuffer.wrap(row.get(SENT_ONCE.ID)),
                        row -> new Sent(
                                ByteBuffer.wrap(row.get(SENT_ONCE.CONTENT)),
                                new Receipt(
                                        Objects.requireNonNullElse(row.get(SENT_ONCE.MESSAGE), 0L),
                                        row.get(SENT_ONCE.TIME),
                                        Objects.requireNonNullElse(row.get(SENT_ONCE.CHAT_GROUP), 0L),
                                        row.get(MESSAGE.FILE))));
    }

    /**
     * Forgets identifiers of entries committed before a time.
     *
     * @param limit maximum number to delete
     * @return how many were deleted
     */
    public int forgetSent(Instant before, int limit) {
        return attempt(current -> Database.context(current)
                .deleteFrom(SENT_ONCE)
                .where(SENT_ONCE.TIME.lt(before))
                .orderBy(SENT_ONCE.TIME)
                .limit(limit)
                .execute());
    }

    private interface Statements {
        void run(Connection connection) throws SQLException;
    }

    private void transact(Connection current, Statements statements) throws SQLException {
        DSLContext sql = Database.context(current);
        sql.startTransaction().execute();
        try {
            statements.run(current);
        } catch (DataAccessException | SQLException | Refusal | DuplicateIdentifier e) {
            if (Database.isConnectionFailure(e)) {
                throw new DatabaseUnavailable(database.reason(e), e, false);
            }
            sql.rollback().execute();
            throw e;
        }
        if (ledgerLock.isFenced()) {
            ledgerLock.commit(current);
        } else {
            sql.commit().execute();
        }
    }

    /**
     * Returns the outcome of entries whose commit was in flight when the connection was lost: all of them, or none.
     * Because the {@link #open} that followed found no other epoch, rows with their numbers are theirs.
     *
     * @param entries at least one
     */
    public List<Committed<Entry>> lookUp(List<Entry> entries) {
        return attempt(current -> {
            DSLContext sql = Database.context(current);
            boolean exists = switch (entries.getFirst()) {
                case Message message ->
                    sql.fetchExists(MESSAGE, MESSAGE.NUMBER.eq(message.number()), MESSAGE.SALT.eq(message.salt()));
                case Amendment amendment -> AmendmentRows.exists(sql, amendment);
                case GroupChange change -> GroupRows.exists(sql, change);
                case Expiry expiry -> ExpiryRows.exists(sql, expiry);
                case AccountChange change -> exists(sql, change);
                case AccountChanges several -> exists(sql, several.changes().getFirst());
            };
            return exists ? entries.stream().map(Committed::new).toList() : List.of();
        });
    }

    private static boolean exists(DSLContext sql, AccountChange change) {
        return sql.fetchExists(
                ACCOUNT_CHANGE, ACCOUNT_CHANGE.NUMBER.eq(change.change().number()));
    }

    /**
     * Writes off what is known elsewhere but missing from this database: no number up to these, and none of these
     * names, is assigned again. A missing account becomes a deleted one with its name. A restoration then counts as
     * logged.
     *
     * @param names the names that accounts had, with their numbers; the last name of each account comes last
     */
    public void writeOff(LastNumbers numbers, Map<String, Long> names, Instant now) {
        attempt(current -> {
            transact(current, own -> {
                AccountRows.writeOff(Database.context(own), numbers, names, now);
                Database.context(own)
                        .update(RESTORATION)
                        .set(RESTORATION.LOGGED, true)
                        .where(RESTORATION.LOGGED.isFalse())
                        .execute();
            });
            return true;
        });
    }

    /**
     * A restoration from a backup.
     *
     * @param floor no number of any kind up to these is given again
     * @param backup when the backup was made; {@code sha256} that of its file, in hexadecimal
     */
    public record Restoration(LastNumbers floor, Instant backup, String sha256) {}

    /** Returns the restoration that the log does not mention yet; empty if there is none. */
    public Optional<Restoration> unloggedRestoration() {
        return attempt(current -> Database.context(current)
                .selectFrom(RESTORATION)
                .where(RESTORATION.LOGGED.isFalse())
                .orderBy(RESTORATION.BEGINS.desc())
                .limit(1)
                .fetchOptional(row -> new Restoration(
                        new LastNumbers(
                                row.getBegins(), row.getBegins(), row.getFile(), row.getAccount(), row.getChatGroup()),
                        row.getBackupTime(),
                        HexFormat.of().formatHex(row.getBackupSha256()))));
    }

    /** Returns at most {@code limit} account changes after {@code number}, by number. */
    public List<Change> changesAfter(long number, int limit) {
        return database.with(sql -> sql.selectFrom(ACCOUNT_CHANGE)
                .where(ACCOUNT_CHANGE.NUMBER.gt(number))
                .orderBy(ACCOUNT_CHANGE.NUMBER)
                .limit(limit)
                .fetch(row -> new Change(
                        row.getNumber(),
                        row.getAccount(),
                        row.getName(),
                        Change.Kind.of(row.getKind()),
                        row.getTime(),
                        row.getWas(),
                        row.getActor(),
                        row.getAddress() == null
                                ? Optional.empty()
                                : Optional.of(new Origin(
                                        row.getSession(), row.getDialect(), row.getAddress(), row.getPort())),
                        row.getSize() == null ? 0 : row.getSize().intValue(),
                        Objects.requireNonNullElse(row.getOther(), 0L),
                        Objects.requireNonNullElse(row.getMessage(), 0L))));
    }

    @Override
    public void close() {
        Connection old = connection;
        connection = null;
        if (old != null) {
            // Closing may block as long as the database does not respond.
            Thread.startVirtualThread(() -> {
                try {
                    old.close();
                } catch (SQLException e) {
                    // It is gone either way; the lock goes with it.
                }
            });
        }
    }
}
