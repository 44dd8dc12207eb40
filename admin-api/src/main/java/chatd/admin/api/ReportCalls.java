package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls about messages that users have reported. Times are in the format of {@link java.time.Instant}. */
public final class ReportCalls {
    public static final AdminCall<ListFilter, Reports, Nothing> LIST =
            new AdminCall<>("report list", ListFilter.class, Reports.class, Nothing.class);
    public static final AdminCall<ReportAndContext, Nothing, FullReport> SHOW =
            new AdminCall<>("report show", ReportAndContext.class, Nothing.class, FullReport.class);
    public static final AdminCall<NewNote, Nothing, Report> NOTE =
            new AdminCall<>("report note", NewNote.class, Nothing.class, Report.class);
    public static final AdminCall<ReportNumber, Nothing, Report> CLOSE =
            new AdminCall<>("report close", ReportNumber.class, Nothing.class, Report.class);

    private ReportCalls() {}

    /** @param closed whether closed ones are listed, too */
    public record ListFilter(boolean closed) {}

    /** @param report the report's number */
    public record ReportNumber(long report) {}

    /** @param context how many messages before and after it are shown, too; none if null */
    public record ReportAndContext(long report, @Nullable Integer context) {}

    /** @param text the note */
    public record NewNote(long report, @Nullable String text) {}

    /** @param by the Unix user who wrote it */
    public record Note(String time, String by, String text) {}

    /**
     * A message near the reported one, in the same conversation.
     *
     * @param text null for a file, and if it was taken back
     * @param file the name of its file; null for a text, and if it was taken back
     */
    public record ContextMessage(
            long message,
            String time,
            String sender,
            @Nullable String text,
            @Nullable String file) {}

    /**
     * @param message the message's number
     * @param by the name of the user who reported it
     * @param closed when it was closed, by the Unix user {@code closedBy}; both null if it is open
     */
    public record Report(
            long number,
            long message,
            String by,
            String time,
            String reason,
            @Nullable String closed,
            @Nullable String closedBy) {}

    public record Reports(List<Report> reports) {}

    /**
     * A report with its message.
     *
     * @param text the message's text as it was; null for a file, and if the report is closed
     * @param file the name of its file; null for a text, and if the report is closed
     * @param size of the file in bytes; 0 without one
     * @param notes the oldest first
     * @param context the messages around it, as requested, the oldest first
     */
    public record FullReport(
            Report report,
            MessageCalls.Message message,
            @Nullable String text,
            @Nullable String file,
            long size,
            List<Note> notes,
            List<ContextMessage> context) {}
}
