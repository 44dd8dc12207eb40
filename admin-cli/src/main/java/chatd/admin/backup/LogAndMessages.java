package chatd.admin.backup;

import chatd.admin.api.LogCalls;
import chatd.admin.log.AuditorOptions;
import chatd.admin.log.MessageCheck;
import chatd.audit.read.Verifier;
import chatd.backup.StoredDigests;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code log verify --messages} says of a log and database that were restored.
 *
 * @param wrong what is wrong, a sentence each; empty if nothing is
 * @param messages how many messages and changes are as logged
 */
record LogAndMessages(Verifier.Report report, List<String> wrong, List<String> notes, long messages) {
    /** Compares them; closes {@code digests}. */
    static LogAndMessages verify(Path log, StoredDigests digests, AuditorOptions auditor) throws IOException {
        try (MessageCheck check = new MessageCheck(source(digests))) {
            Verifier.Report report = auditor.verify(log, check);
            List<String> wrong = new ArrayList<>();
            if (report.firstError() != null) {
                wrong.add(report.firstError());
            } else {
                wrong.addAll(check.end());
            }
            List<String> notes = new ArrayList<>(report.notes());
            notes.addAll(check.notes());
            return new LogAndMessages(report, wrong, notes, check.compared());
        }
    }

    private static MessageCheck.Source source(StoredDigests digests) {
        return new MessageCheck.Source() {
            @Override
            public LogCalls.@Nullable Stored next() {
                return digests.next();
            }

            @Override
            public void close() {
                digests.close();
            }
        };
    }
}
