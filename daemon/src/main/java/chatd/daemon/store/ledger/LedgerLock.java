package chatd.daemon.store.ledger;

import static chatd.sql.generated.Tables.HOLDER;

import chatd.daemon.config.Config;
import chatd.daemon.store.db.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;

/**
 * Ensures that only one process writes the ledger (ADR 14), by two means: a named lock, held for the lifetime of the
 * connection, and an epoch in the table's only row, which each process that takes over the ledger increments, so that
 * its predecessor notices however late it comes back. Each node of a cluster has locks of its own: there every
 * transaction also updates the row, and of two that conflict the nodes let only one commit. Used by one thread at a
 * time.
 */
final class LedgerLock {
    private static final int ROW = 1;
    private static final String FENCED = "45000";
    private static final int LOCK_SECONDS = 3;

    /**
     * Commits if the epoch is still ours, in one round trip. Not through jOOQ, whose free edition has no such blocks.
     */
    private static final String COMMIT = """
            begin not atomic
              update holder set seq = seq + 1 where id = 1 and epoch = ?;
              if row_count() = 1 then
                commit;
              else
                rollback;
                signal sqlstate '45000';
              end if;
            end""";

    /** Rendered once: the check runs every two seconds, and rendering was most of its cost. */
    private static final String IS_OURS = Database.RENDERER
            .selectOne()
            .from(HOLDER)
            .where(isOurs(DSL.val((Long) null)))
            .getSQL();

    private final String lockName;
    private final boolean alwaysFenced;
    private final String host;
    private final long pid;

    /**
     * Ids of this process's connections that may still hold the lock: of the last successful attempt, and of every
     * attempt since.
     */
    private final Set<Long> ownConnections = ConcurrentHashMap.newKeySet();

    /** This process's epoch; 0 until it has taken the ledger. */
    private volatile long epoch;

    private volatile boolean isFenced;

    LedgerLock(Config.Database config, String host, long pid) {
        this.lockName = Ledger.lockName(config);
        this.alwaysFenced = config.fence() == Config.Database.Fence.ALWAYS;
        this.host = host;
        this.pid = pid;
    }

    /**
     * Takes the lock, first killing a lost connection of this process that still holds it.
     *
     * @return the connection's id, for {@link #forgetOtherConnections}
     * @throws Ledger.HeldByAnother if another process holds the lock
     */
    long lock(DSLContext sql) {
        long id = sql.select(DSL.field("connection_id()", Long.class))
                .fetchSingle()
                .value1();
        Field<Long> owner = DSL.function("is_used_lock", Long.class, DSL.val(lockName));
        Long holder = sql.select(owner).fetchSingle().value1();
        boolean mayBeOurs = holder != null && ownConnections.contains(holder);
        // Connection ids are reused, so the epoch decides whether it is ours.
        boolean isOurs = mayBeOurs && epoch != 0 && sql.fetchExists(HOLDER, isOurs(DSL.val(epoch)));
        if (isOurs) {
            try {
                sql.execute("kill {0}", DSL.inline(holder));
            } catch (DataAccessException e) {
                // It may have ended by itself meanwhile; taking the lock will show.
            }
        }
        Field<Integer> got = DSL.function("get_lock", Integer.class, DSL.val(lockName), DSL.val(LOCK_SECONDS));
        Integer taken = sql.select(got).fetchSingle().value1();
        if (taken == null || taken != 1) {
            if (isOurs || (mayBeOurs && epoch == 0)) {
                throw new DataAccessException("the previous connection of this process has not ended yet");
            }
            throw epoch == 0 ? heldByAnother(sql) : takenOver(sql);
        }
        // Recorded before anything else can fail: the database may hold the lock longer than we wait for it.
        ownConnections.add(id);
        return id;
    }

    /** Records that this is the only connection of this process that is left. */
    void forgetOtherConnections(long id) {
        ownConnections.retainAll(Set.of(id));
    }

    /**
     * Begins this process's epoch or, if it has begun one, checks that no other process has begun one since. Called
     * with the database lock held, on a schema that is up to date.
     *
     * @throws Ledger.TakenOver if another process has
     */
    void claimEpoch(DSLContext sql, Instant now) {
        isFenced = alwaysFenced || isNodeOfCluster(sql);
        if (epoch != 0) {
            // An update, not just a read: a cluster node may lag behind what the others have committed.
            if (sql.update(HOLDER)
                            .set(HOLDER.SEQ, HOLDER.SEQ.plus(1))
                            .where(isOurs(DSL.val(epoch)))
                            .execute()
                    != 1) {
                throw takenOver(sql);
            }
            return;
        }
        epoch = sql.transactionResult(configuration -> {
            DSLContext own = configuration.dsl();
            own.insertInto(HOLDER, HOLDER.ID, HOLDER.HOST, HOLDER.PID, HOLDER.STARTED, HOLDER.EPOCH)
                    .values(ROW, host, pid, now, 1L)
                    .onDuplicateKeyUpdate()
                    .set(HOLDER.HOST, host)
                    .set(HOLDER.PID, pid)
                    .set(HOLDER.STARTED, now)
                    .set(HOLDER.EPOCH, HOLDER.EPOCH.plus(1))
                    .execute();
            return own.select(HOLDER.EPOCH).from(HOLDER).fetchSingle().value1();
        });
    }

    /** Returns whether every transaction must end with {@link #commit}. */
    boolean isFenced() {
        return isFenced;
    }

    /**
     * Commits the open transaction, if the epoch is still ours.
     *
     * @throws Ledger.TakenOver if it is not; nothing was committed
     */
    void commit(Connection connection) throws SQLException {
        try (PreparedStatement commit = connection.prepareStatement(COMMIT)) {
            commit.setLong(1, epoch);
            commit.execute();
        } catch (SQLException e) {
            if (FENCED.equals(e.getSQLState())) {
                throw takenOver(Database.context(connection));
            }
            throw e;
        }
    }

    /**
     * Checks that the epoch is still ours.
     *
     * @throws Ledger.TakenOver if it is not
     */
    void check(Connection connection) throws SQLException {
        try (PreparedStatement check = connection.prepareStatement(IS_OURS)) {
            check.setLong(1, epoch);
            try (ResultSet found = check.executeQuery()) {
                if (!found.next()) {
                    throw takenOver(Database.context(connection));
                }
            }
        }
    }

    private static Condition isOurs(Field<Long> epoch) {
        return HOLDER.ID.eq(DSL.inline(ROW)).and(HOLDER.EPOCH.eq(epoch));
    }

    /** Returns whether the server is a node of a Galera cluster, every node of which accepts writes. */
    private static boolean isNodeOfCluster(DSLContext sql) {
        return sql.fetchExists(
                DSL.table("information_schema.global_variables"),
                DSL.field("variable_name", String.class).eq("WSREP_ON"),
                DSL.field("variable_value", String.class).eq("ON"));
    }

    private Ledger.HeldByAnother heldByAnother(DSLContext sql) {
        return new Ledger.HeldByAnother(
                "another chatd writes to this database: " + describeHolder(sql) + ". Stop that one first.");
    }

    private Ledger.TakenOver takenOver(DSLContext sql) {
        return new Ledger.TakenOver("another chatd has taken over this database: " + describeHolder(sql)
                + ". This one ends, since only one may write. If this one should write, stop the other first.");
    }

    private String describeHolder(DSLContext sql) {
        Optional<String> holder;
        try {
            holder = sql.select(HOLDER.HOST, HOLDER.PID, HOLDER.STARTED)
                    .from(HOLDER)
                    .fetchOptional()
                    // A process that has just taken the lock has not written its row yet.
                    .filter(row -> row.value2() != pid || !row.value1().equals(host))
                    .map(row -> "process " + row.value2() + " on " + row.value1() + ", since " + row.value3());
        } catch (DataAccessException e) {
            // The other process may still be creating the table.
            holder = Optional.empty();
        }
        return holder.orElse("an unknown process");
    }
}
