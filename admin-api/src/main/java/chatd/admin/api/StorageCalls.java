package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls about the space that the files of all users take. None of them reveals the content or the name of a file. */
public final class StorageCalls {
    public static final AdminCall<Nothing, Nothing, Report> SHOW =
            new AdminCall<>("storage", Nothing.class, Nothing.class, Report.class);
    public static final AdminCall<Nothing, Nothing, Checked> CHECK =
            new AdminCall<>("storage check", Nothing.class, Nothing.class, Checked.class);

    private StorageCalls() {}

    /**
     * The space that the files take; all sizes in bytes.
     *
     * @param used size of all contents, each stored once, including those being uploaded
     * @param quota maximum of {@code used}; null if there is no limit
     * @param free free space on the database's disk; null if it is on another machine
     * @param reserve how much of that is kept free
     * @param accounts the accounts that store most
     * @param unused contents that nothing refers to: being uploaded, or to be removed at the next start
     * @param ofReports contents kept only for open reports
     * @param ofDeleted files that deleted accounts have sent
     */
    public record Report(
            long used,
            @Nullable Long quota,
            @Nullable Long free,
            long reserve,
            List<StorageByAccount> accounts,
            List<Kind> kinds,
            List<Large> largest,
            Amount unused,
            Amount ofReports,
            Amount ofDeleted) {}

    public record Amount(long count, long bytes) {}

    /** @param quota how much the account may store; null if there is no limit */
    public record StorageByAccount(
            String name,
            long number,
            long files,
            long bytes,
            @Nullable Long quota) {}

    /** @param media a media type; {@code application/octet-stream} for all that is only saved */
    public record Kind(String media, long contents, long bytes) {}

    /** @param file the number of the file */
    public record Large(long file, long bytes, String media, String name, long sender, String time) {}

    /**
     * The result of a check.
     *
     * @param unused the numbers of contents that nothing refers to, at most 1,000
     * @param broken contents that are referred to, but missing in whole or in part, at most 1,000
     */
    public record Checked(long files, long contents, List<Long> unused, List<Broken> broken) {}

    /**
     * @param content the number of the content
     * @param file the number of a file with this content; null if only a report does
     * @param missing what is missing, in words
     */
    public record Broken(long content, @Nullable Long file, String missing) {}
}
