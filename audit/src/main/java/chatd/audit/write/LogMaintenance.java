package chatd.audit.write;

import chatd.audit.FileFailure;
import chatd.audit.LogFiles;
import chatd.audit.event.AuditEvent;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;

/**
 * What an open log does every second: keeps its files in place, retries what failed, seals what is due, and applies
 * retention. Runs on the publisher's thread, without the log's lock wherever very many files may be read.
 */
final class LogMaintenance implements Runnable {
    private static final System.Logger LOG = System.getLogger(AuditLog.class.getName());

    private final LogWriter writer;
    private final Retention retention;
    private final Clock clock;

    LogMaintenance(LogWriter writer, LogFiles files, Duration retention, Clock clock) {
        this.writer = writer;
        this.retention = new Retention(files, writer.segments(), retention);
        this.clock = clock;
    }

    @Override
    public void run() {
        writer.checkFiles(writer.guard().checkDocument(), writer.guard().checkClosedSegments());
        // Also before the retry: trouble that the retry ends must still be reported.
        writer.trouble().notifyObserver();
        writer.retryAndSeal();
        writer.trouble().notifyObserver();
        applyRetention();
    }

    /** Deletes segments past the retention period. */
    void applyRetention() {
        try {
            retention.apply(clock.instant(), this::logDeletion);
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "CHATD-409 a segment past its retention can't be deleted: " + FileFailure.describe(e));
        }
    }

    private void logDeletion(AuditEvent event) throws IOException {
        writer.appendSealed(event);
        writer.publisher().answerLiveness();
    }
}
