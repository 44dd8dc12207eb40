package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.CONTENT;
import static chatd.sql.generated.Tables.REPORT;
import static chatd.sql.generated.Tables.REPORT_NOTE;

import chatd.daemon.store.db.Database;
import chatd.daemon.store.ledger.Ledger;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Reads reports of messages, which only the {@link Ledger} writes. Blocks. */
public final class ReportStore {
    private final Database database;

    public ReportStore(Database database) {
        this.database = database;
    }

    /**
     * A report.
     *
     * @param by the account that reported
     * @param closed when it was closed; null if it is open
     * @param closedBy the Unix user who closed it; null if it is open
     * @param text the message's text when it was reported; null for a file, and if the report is
     *     closed
     * @param file the name of the message's file; null for a text, and if it is closed
     * @param content the number of its content; null as {@code file}
     * @param size of the content in bytes; 0 without one
     */
    public record Report(
            long number,
            long message,
            long by,
            String reason,
            Instant time,
            @Nullable Instant closed,
            @Nullable String closedBy,
            @Nullable String text,
            @Nullable String file,
            @Nullable Long content,
            long size) {}

    /** Returns the open reports, or all, by number; the newest {@code limit} of them. */
    public List<Report> list(boolean all, int limit) {
        return read(all ? DSL.noCondition() : REPORT.CLOSED.isNull(), limit).reversed();
    }

    public Optional<Report> find(long number) {
        return read(REPORT.NUMBER.eq(number), 1).stream().findFirst();
    }

    /** @param by the Unix user who made it */
    public record Note(Instant time, String by, String text) {}

    /** Returns the notes about a report, the oldest first. */
    public List<Note> notes(long report) {
        return database.with(sql -> sql.select(REPORT_NOTE.TIME, REPORT_NOTE.ACTOR, REPORT_NOTE.TEXT)
                .from(REPORT_NOTE)
                .where(REPORT_NOTE.REPORT.eq(report))
                .orderBy(REPORT_NOTE.NUMBER)
                .fetch(row -> new Note(row.value1(), row.value2(), row.value3())));
    }

    /** Returns an open report of a message; empty if there is none. */
    public Optional<Report> open(long message) {
        return read(REPORT.MESSAGE.eq(message).and(REPORT.CLOSED.isNull()), 1).stream()
                .findFirst();
    }

    private List<Report> read(Condition which, int limit) {
        return database.with(sql -> sql.select(REPORT.fields())
                .select(CONTENT.SIZE)
                .from(REPORT)
                .leftJoin(CONTENT)
                .on(CONTENT.NUMBER.eq(REPORT.CONTENT))
                .where(which)
                .orderBy(REPORT.NUMBER.desc())
                .limit(limit)
                .fetch(ReportStore::report));
    }

    private static Report report(Record row) {
        Long size = row.get(CONTENT.SIZE);
        return new Report(
                row.get(REPORT.NUMBER),
                row.get(REPORT.MESSAGE),
                row.get(REPORT.ACCOUNT),
                row.get(REPORT.REASON),
                row.get(REPORT.TIME),
                row.get(REPORT.CLOSED),
                row.get(REPORT.CLOSED_BY),
                row.get(REPORT.TEXT),
                row.get(REPORT.FILE_NAME),
                row.get(REPORT.CONTENT),
                size == null ? 0 : size);
    }

    /**
     * The reports that are open.
     *
     * @param since when the oldest was made; the epoch if there is none
     */
    public record Open(int number, Instant since) {}

    /** Returns how many reports are open. */
    public Open open() {
        return database.with(sql -> sql.select(DSL.count(), DSL.min(REPORT.TIME))
                .from(REPORT)
                .where(REPORT.CLOSED.isNull())
                .fetchSingle(row -> new Open(row.value1(), Objects.requireNonNullElse(row.value2(), Instant.EPOCH))));
    }

    /** Returns how many reports made by an account are open. */
    public int openOf(long account) {
        return database.with(sql -> sql.fetchCount(REPORT, REPORT.ACCOUNT.eq(account), REPORT.CLOSED.isNull()));
    }
}
