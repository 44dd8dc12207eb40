package chatd.daemon.store.ledger;

import static chatd.sql.generated.Tables.REPORT;
import static chatd.sql.generated.Tables.REPORT_NOTE;

import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.message.StoredFile;
import chatd.daemon.store.read.ContentStore;
import org.jooq.DSLContext;

/** Writes the ledger's reports of messages. */
final class ReportRows {
    private ReportRows() {}

    static void report(DSLContext sql, Change change, Effect.MessageReported report) {
        StoredFile file = report.file();
        sql.insertInto(REPORT)
                .set(REPORT.NUMBER, change.number())
                .set(REPORT.MESSAGE, change.message())
                .set(REPORT.ACCOUNT, change.account())
                .set(REPORT.REASON, report.reason())
                .set(REPORT.TIME, change.time())
                .set(REPORT.TEXT, report.text())
                .set(REPORT.FILE_NAME, file == null ? null : file.name())
                .set(REPORT.CONTENT, file == null ? null : (Long) file.content())
                .execute();
    }

    static void note(DSLContext sql, Change change, Effect.ReportNoted noted) {
        sql.insertInto(REPORT_NOTE)
                .set(REPORT_NOTE.NUMBER, change.number())
                .set(REPORT_NOTE.REPORT, noted.report())
                .set(REPORT_NOTE.TIME, change.time())
                .set(REPORT_NOTE.ACTOR, change.actor())
                .set(REPORT_NOTE.TEXT, noted.text())
                .execute();
    }

    /**
     * Closes a report, and deletes its copy of the message. The content of its file can then be
     * {@linkplain ContentStore#discard discarded}, unless something else uses it.
     */
    static void close(DSLContext sql, Change change, long report) {
        sql.update(REPORT)
                .set(REPORT.CLOSED, change.time())
                .set(REPORT.CLOSED_BY, change.actor())
                .setNull(REPORT.TEXT)
                .setNull(REPORT.FILE_NAME)
                .setNull(REPORT.CONTENT)
                .where(REPORT.NUMBER.eq(report))
                .execute();
    }
}
