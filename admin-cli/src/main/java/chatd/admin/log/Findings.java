package chatd.admin.log;

import chatd.admin.api.AdminLink;
import chatd.admin.api.LogCalls;
import chatd.audit.form.VerificationListener;
import chatd.audit.read.Verifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the verification of a log found, and the comparison with the stored messages, if they were compared.
 *
 * @param wrong what is wrong, a sentence each; empty if nothing is
 * @param isCompared whether the stored messages were compared; otherwise there are none of the following
 * @param compared how many messages and changes are stored as they were logged
 * @param lost how many were lost, according to the log, when an older database replaced the current one
 */
public record Findings(
        Verifier.Report report, List<String> wrong, List<String> notes, boolean isCompared, long compared, long lost) {
    /** Verifies a log by itself. */
    static Findings verify(Path log, AuditorOptions auditor) throws IOException {
        return of(auditor.verify(log, VerificationListener.NOTHING), null);
    }

    /** Verifies a log, and compares with it the messages, which are closed. */
    public static Findings verify(Path log, AuditorOptions auditor, AdminLink.Parts<LogCalls.Stored> messages)
            throws IOException {
        try (MessageCheck check = new MessageCheck(messages)) {
            check.readExpired(log);
            return of(auditor.verify(log, check), check);
        }
    }

    private static Findings of(Verifier.Report report, @Nullable MessageCheck check) {
        List<String> wrong = new ArrayList<>();
        List<String> notes = new ArrayList<>(report.notes());
        if (report.firstError() != null) {
            wrong.add(report.firstError());
        } else if (check != null) {
            wrong.addAll(check.end());
            notes.addAll(check.notes());
        }
        return new Findings(
                report,
                wrong,
                notes,
                check != null,
                check == null ? 0 : check.compared(),
                check == null ? 0 : check.lost());
    }
}
