package chatd.daemon.store;

import static chatd.sql.generated.Tables.HOLDER;

import chatd.daemon.config.Config;
import java.sql.Connection;
import java.sql.PreparedStatement;
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
 * Keeps every process but one from writing the ledger (ADR 14). Two things do: a named lock, held as long as the connection
 * lives; and the epoch in the table's one row, which each process that takes the ledger over begins anew, so that the one
 * before it finds out however late it comes back. A cluster has a lock on each of its nodes: there every transaction moves
 * the row as well, and the nodes let only one of two go through. One thread at a time.
 */
final class Holder {
    private static final int ROW = 1;
    private static final String FENCED = "45000";
    private static final int LOCK_SECONDS = 3;

    /** In place of a commit, in one round trip. Not by jOOQ, which has no such blocks in its free edition. */
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

    private final String lock;
    private final boolean always;
    private final String host;
    private final long pid;

    /** Connections of ours that may still hold the lock: of each attempt since the last that succeeded, and that one. */
    private final Set<Long> ours = ConcurrentHashMap.newKeySet();

    /** 0 until this process has taken the ledger. */
    private volatile long epoch;

    private volatile boolean isFenced;

    Holder(Config.Database config, String host, long pid) {
        this.lock = "chatd." + config.name();
        this.always = config.fence().equals("always");
        this.host = host;
        this.pid = pid;
    }

    /**
     * Takes the lock, ending a connection of ours that was lost but still has it.
     *
     * @return the number of the connection, for {@link #isOnly}
     * @throws Ledger.HeldByAnother where another process has it
     */
    long lock(DSLContext sql) {
        long id = sql.select(DSL.field("connection_id()", Long.class))
                .fetchSingle()
                .value1();
        Field<Long> owner = DSL.function("is_used_lock", Long.class, DSL.val(lock));
        Long holder = sql.select(owner).fetchSingle().value1();
        boolean mayBeOurs = holder != null && ours.contains(holder);
        // Numbers of connections are given again: the epoch tells.
        boolean isOurs = mayBeOurs && epoch != 0 && sql.fetchExists(HOLDER, isOurs(DSL.val(epoch)));
        if (isOurs) {
            try {
                sql.execute("kill {0}", DSL.inline(holder));
            } catch (DataAccessException e) {
                // It may have ended by itself meanwhile; the lock will tell.
            }
        }
        Field<Integer> got = DSL.function("get_lock", Integer.class, DSL.val(lock), DSL.val(LOCK_SECONDS));
        Integer taken = sql.select(got).fetchSingle().value1();
        if (taken == null || taken != 1) {
            if (isOurs || (mayBeOurs && epoch == 0)) {
                throw new DataAccessException("the connection before this one has not ended yet");
            }
            throw epoch == 0 ? heldByAnother(sql) : takenOver(sql);
        }
        // Before anything else that may fail: the database may hold the lock for longer than we wait for it.
        ours.add(id);
        return id;
    }

    /** Of the connections of ours, only this one is left. */
    void isOnly(long id) {
        ours.retainAll(Set.of(id));
    }

    /**
     * Begins an epoch of this process; or, where it has begun one, makes sure that nobody has begun another since. With
     * the lock, and on a schema that is up to date.
     *
     * @throws Ledger.TakenOver where somebody has
     */
    void take(DSLContext sql, Instant now) {
        isFenced = always || isNodeOfCluster(sql);
        if (epoch != 0) {
            // Not only read: a node of a cluster may be behind what the others have committed.
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

    /** Whether each transaction has to end with {@link #commit}. */
    boolean isFenced() {
        return isFenced;
    }

    /**
     * Commits the transaction that is open, if the epoch is still ours.
     *
     * @throws Ledger.TakenOver where it is not; nothing was committed
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
     * Makes sure that the epoch is still ours.
     *
     * @throws Ledger.TakenOver where it is not
     */
    void check(DSLContext sql) {
        if (!sql.fetchExists(HOLDER, isOurs(DSL.val(epoch)))) {
            throw takenOver(sql);
        }
    }

    private static Condition isOurs(Field<Long> epoch) {
        return HOLDER.ID.eq(ROW).and(HOLDER.EPOCH.eq(epoch));
    }

    /** Galera: several servers, each of which takes writes. */
    private static boolean isNodeOfCluster(DSLContext sql) {
        return sql.fetchExists(
                DSL.table("information_schema.global_variables"),
                DSL.field("variable_name", String.class).eq("WSREP_ON"),
                DSL.field("variable_value", String.class).eq("ON"));
    }

    private Ledger.HeldByAnother heldByAnother(DSLContext sql) {
        return new Ledger.HeldByAnother(
                "another chatd writes to this database: " + who(sql) + ". Stop that one first.");
    }

    private Ledger.TakenOver takenOver(DSLContext sql) {
        return new Ledger.TakenOver("another chatd has taken this database over: " + who(sql)
                + ". This one ends, since only one may write. If it is this one that is to, stop the other first.");
    }

    private String who(DSLContext sql) {
        Optional<String> who;
        try {
            who = sql.select(HOLDER.HOST, HOLDER.PID, HOLDER.STARTED)
                    .from(HOLDER)
                    .fetchOptional()
                    // One that has just got the lock has not said who it is yet.
                    .filter(row -> row.value2() != pid || !row.value1().equals(host))
                    .map(row -> "process " + row.value2() + " on " + row.value1() + ", since " + row.value3());
        } catch (DataAccessException e) {
            // It is just making the table.
            who = Optional.empty();
        }
        return who.orElse("a process that did not say which");
    }
}
