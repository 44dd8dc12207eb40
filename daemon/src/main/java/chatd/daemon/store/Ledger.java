package chatd.daemon.store;

import static chatd.sql.generated.Tables.ACCOUNT;
import static chatd.sql.generated.Tables.ACCOUNT_CHANGE;
import static chatd.sql.generated.Tables.FILE;
import static chatd.sql.generated.Tables.MESSAGE;
import static chatd.sql.generated.Tables.NUMBER_FLOOR;

import chatd.daemon.config.Config;
import chatd.daemon.model.AccountChange;
import chatd.daemon.model.AccountChanges;
import chatd.daemon.model.Change;
import chatd.daemon.model.Entry;
import chatd.daemon.model.Message;
import chatd.daemon.model.Origin;
import chatd.sql.Migrations;
import java.io.Closeable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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
 * The one connection that writes accounts and messages. It holds a lock on the database for as long as it lives: so
 * two daemons never write at once, and once a new connection has the lock, what the old one left is decided: committed
 * or not. One thread; blocks.
 */
public final class Ledger implements Closeable {
    private final Database database;
    private final Holder holder;
    private @Nullable Connection connection;

    private @Nullable FutureTask<Opened> opening;
    private volatile boolean migrating;

    /** @param host and {@code pid} of this process, for another that finds the ledger taken */
    public Ledger(Database database, Config.Database config, String host, long pid) {
        this.database = database;
        this.holder = new Holder(config, host, pid);
    }

    /** Another daemon writes to this database. */
    public static class HeldByAnother extends RuntimeException {
        private static final long serialVersionUID = 1L;

        HeldByAnother(String message) {
            super(message);
        }
    }

    /** Another daemon has begun to write to this database, which this one did until then: it has to end. */
    public static final class TakenOver extends HeldByAnother {
        private static final long serialVersionUID = 1L;

        TakenOver(String message) {
            super(message);
        }
    }

    /** The highest numbers there are; 0 where there is none. */
    public record Numbers(long message, long change, long file, long account) {
        /** The position of the last entry. */
        public long position() {
            return Math.max(message, change);
        }

        /** Of each kind the higher one. */
        public Numbers atLeast(Numbers other) {
            return new Numbers(
                    Math.max(message, other.message),
                    Math.max(change, other.change),
                    Math.max(file, other.file),
                    Math.max(account, other.account));
        }
    }

    /**
     * Connects, and takes the lock. A connection of ours that was lost but that the database still holds is ended
     * first.
     *
     * @throws DatabaseAway where that fails
     * @throws HeldByAnother where another process has the lock; the message names it
     * @throws TakenOver where another process has begun to write since this one did
     */
    public Numbers open(Instant now) {
        return open(now, () -> {});
    }

    /**
     * As {@link #open(Instant)}, and once it has the lock, before anything else, brings the schema up to date.
     *
     * @param migration of the schema; it blocks
     */
    public Numbers open(Instant now, Runnable migration) {
        close();
        try {
            FutureTask<Opened> attempt = opening;
            if (attempt == null) {
                attempt = QueryTimeout.start(() -> connect(now, migration));
                opening = attempt;
            }
            Opened opened = database.patience().await(attempt);
            opening = null;
            connection = opened.connection();
            holder.isOnly(opened.id());
            return opened.numbers();
        } catch (HeldByAnother | Migrations.Refused e) {
            opening = null;
            throw e;
        } catch (TimeoutException e) {
            // The same attempt is waited for the next time: there is never more than one.
            throw new DatabaseAway(
                    migrating
                            ? "its schema is being brought up to date, which may take minutes"
                            : String.valueOf(e.getMessage()),
                    e,
                    false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseAway("interrupted", e, false);
        } catch (Exception e) {
            opening = null;
            throw new DatabaseAway(Database.reason(e), e, false);
        }
    }

    /** A connection that has the lock. */
    private record Opened(Connection connection, long id, Numbers numbers) {}

    private Opened connect(Instant now, Runnable migration) throws SQLException {
        Connection fresh = database.connect();
        try {
            DSLContext sql = Database.context(fresh);
            long id = holder.lock(sql);
            migrating = true;
            migration.run();
            migrating = false;
            holder.take(sql, now);
            Numbers numbers = new Numbers(
                    highest(sql, MESSAGE, MESSAGE.NUMBER),
                    highest(sql, ACCOUNT_CHANGE, ACCOUNT_CHANGE.NUMBER),
                    highest(sql, FILE, FILE.NUMBER),
                    highest(sql, ACCOUNT, ACCOUNT.NUMBER));
            Numbers floor = sql.selectFrom(NUMBER_FLOOR)
                    .fetchOptional(row ->
                            new Numbers(row.getMessage(), row.getAccountChange(), row.getFile(), row.getAccount()))
                    .orElse(numbers);
            return new Opened(fresh, id, numbers.atLeast(floor));
        } catch (RuntimeException e) {
            fresh.close();
            throw e;
        }
    }

    private static long highest(DSLContext sql, Table<?> table, Field<Long> number) {
        Long highest = sql.select(DSL.max(number)).from(table).fetchSingle().value1();
        return highest == null ? 0 : highest;
    }

    /**
     * Makes sure that the database is still there, and this process the one that writes to it.
     *
     * @throws TakenOver where it is not
     */
    public void check() {
        attempt(current -> {
            holder.check(Database.context(current));
            return true;
        });
    }

    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /** Does something on the connection; where that takes too long, the connection is given up. */
    private <T> T attempt(Work<T> work) {
        Connection current = connection;
        if (current == null) {
            throw new DatabaseAway("not connected", new SQLException("not connected", "08003"), false);
        }
        try {
            return database.patience().run(() -> work.on(current));
        } catch (TakenOver e) {
            close();
            throw e;
        } catch (DataAccessException | SQLException e) {
            if (!Database.isAway(e)) {
                throw e instanceof DataAccessException failed
                        ? failed
                        : new DataAccessException("a statement failed: " + Database.reason(e), e);
            }
            throw lost(new DatabaseAway(Database.reason(e), e, true));
        } catch (TimeoutException e) {
            throw lost(new DatabaseAway(String.valueOf(e.getMessage()), e, true));
        } catch (DatabaseAway e) {
            throw lost(e);
        } catch (Exception e) {
            throw lost(new DatabaseAway(Database.reason(e), e, true));
        }
    }

    /** Gives the connection up: a transaction may still be open on it, and must take in nothing more. */
    private DatabaseAway lost(DatabaseAway why) {
        close();
        return why;
    }

    /**
     * Commits all of it, or nothing.
     *
     * @throws DatabaseAway where the connection failed; where the commit itself was under way, its outcome is unknown
     *     until the next {@link #open} and {@link #lookUp}
     * @throws DataAccessException where a statement failed; nothing was written
     * @throws TakenOver where another process writes now; nothing was written
     */
    public List<Committed<Entry>> commit(List<Entry> entries) {
        LedgerRows rows = new LedgerRows(entries);
        return attempt(current -> {
            if (rows.isOneStatement() && !holder.isFenced()) {
                rows.write(current);
            } else {
                transact(current, rows::write);
            }
            return entries.stream().map(Committed::new).toList();
        });
    }

    private interface Statements {
        void on(Connection connection) throws SQLException;
    }

    private void transact(Connection current, Statements statements) throws SQLException {
        DSLContext sql = Database.context(current);
        sql.startTransaction().execute();
        try {
            statements.on(current);
        } catch (DataAccessException | SQLException e) {
            if (Database.isAway(e)) {
                throw new DatabaseAway(Database.reason(e), e, false);
            }
            sql.rollback().execute();
            throw e;
        }
        if (holder.isFenced()) {
            holder.commit(current);
        } else {
            sql.commit().execute();
        }
    }

    /**
     * What became of entries whose commit was under way when the connection was lost: all of them, or none. Since the
     * {@link #open} that followed found no other epoch, what has their numbers is theirs.
     *
     * @param entries at least one
     */
    public List<Committed<Entry>> lookUp(List<Entry> entries) {
        return attempt(current -> {
            DSLContext sql = Database.context(current);
            boolean there = switch (entries.getFirst()) {
                case Message message ->
                    sql.fetchExists(MESSAGE, MESSAGE.NUMBER.eq(message.number()), MESSAGE.SALT.eq(message.salt()));
                case AccountChange change -> isThere(sql, change);
                case AccountChanges several -> isThere(sql, several.changes().getFirst());
            };
            return there ? entries.stream().map(Committed::new).toList() : List.of();
        });
    }

    private static boolean isThere(DSLContext sql, AccountChange change) {
        return sql.fetchExists(
                ACCOUNT_CHANGE, ACCOUNT_CHANGE.NUMBER.eq(change.change().number()));
    }

    /**
     * Gives up what others know of and this database does not have: no number up to these is given again, and no name. An
     * account that is not there becomes a deleted one with its name.
     *
     * @param names that accounts had, with their numbers; of each account the last one last
     */
    public void giveUp(Numbers numbers, Map<String, Long> names, Instant now) {
        attempt(current -> {
            transact(current, own -> AccountRows.giveUp(Database.context(own), numbers, names, now));
            return true;
        });
    }

    /** The changes of accounts after {@code number}, by number, at most {@code limit}. */
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
                        row.getSize() == null ? 0 : row.getSize().intValue())));
    }

    @Override
    public void close() {
        Connection old = connection;
        connection = null;
        if (old != null) {
            // It may take as long as the database does.
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
