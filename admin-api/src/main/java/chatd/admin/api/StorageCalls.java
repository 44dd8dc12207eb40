package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls about what the files of all users take. None of them tells what is in a file, nor what it is called. */
public final class StorageCalls {
    public static final AdminCall<Nothing, Nothing, Report> SHOW =
            new AdminCall<>("storage", Nothing.class, Nothing.class, Report.class);
    public static final AdminCall<Nothing, Nothing, Checked> CHECK =
            new AdminCall<>("storage check", Nothing.class, Nothing.class, Checked.class);

    private StorageCalls() {}

    /**
     * What the files take, all sizes in bytes.
     *
     * @param used by all contents, each stored once, those being uploaded among them
     * @param quota how much that may be; null if there is no limit
     * @param free what is free on the database's disk; null if it is on another machine
     * @param reserve how much of that is kept free
     * @param accounts those that store most
     * @param unused contents that nothing refers to: being uploaded, or to be removed at the next start
     * @param ofReports what is kept for open reports alone
     * @param ofDeleted what deleted accounts have sent
     */
    public record Report(
            long used,
            @Nullable Long quota,
            @Nullable Long free,
            long reserve,
            List<Owner> accounts,
            List<Kind> kinds,
            List<Large> largest,
            Amount unused,
            Amount ofReports,
            Amount ofDeleted) {}

    public record Amount(long count, long bytes) {}

    /** @param quota how much it may store; null if there is no limit */
    public record Owner(
            String name,
            long number,
            long files,
            long bytes,
            @Nullable Long quota) {}

    /** @param media a media type; {@code application/octet-stream} for all that is only saved */
    public record Kind(String media, long contents, long bytes) {}

    /** @param file its number */
    public record Large(long file, long bytes, String media, String name, long sender, String time) {}

    /**
     * What a check has found.
     *
     * @param unused the numbers of contents that nothing refers to, at most 1,000
     * @param broken what is referred to and is not there, or not all of it, at most 1,000
     */
    public record Checked(long files, long contents, List<Long> unused, List<Broken> broken) {}

    /**
     * @param content its number
     * @param file the number of a file that has it; null if only a report does
     * @param missing what is not there, in words
     */
    public record Broken(long content, @Nullable Long file, String missing) {}
}
