package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;
import org.jspecify.annotations.Nullable;

/** Calls about backups, which the administrator's program makes by itself while the daemon runs. */
public final class BackupCalls {
    public static final AdminCall<Begin, Nothing, Begun> BEGIN =
            new AdminCall<>("backup begin", Begin.class, Nothing.class, Begun.class);
    public static final AdminCall<Position, Nothing, Nothing> LOG =
            new AdminCall<>("backup log", Position.class, Nothing.class, Nothing.class);
    public static final AdminCall<Made, Nothing, Nothing> MADE =
            new AdminCall<>("backup made", Made.class, Nothing.class, Nothing.class);
    public static final AdminCall<Failed, Nothing, Nothing> FAILED =
            new AdminCall<>("backup failed", Failed.class, Nothing.class, Nothing.class);

    private BackupCalls() {}

    /**
     * The beginning of a backup.
     *
     * @param file where it is written; {@code -} for standard output, null for where it is configured
     */
    public record Begin(@Nullable String file) {}

    /** @param sealKey the public key of the log's seals, in PEM */
    public record Begun(String version, String sealKey) {}

    /** The number of the last entry in the backup's database: the log is to reach it, and then to begin a new segment. */
    public record Position(long position) {}

    /**
     * A backup that was made.
     *
     * @param position the number of the last entry in its database
     * @param size in bytes; {@code sha256} that of the whole file, in hexadecimal
     * @param recipients the public keys that it is encrypted for, separated by spaces; null if it is not encrypted
     */
    public record Made(
            String file,
            long position,
            long size,
            String sha256,
            boolean withKeys,
            @Nullable String recipients) {}

    /** @param why as it was told to who made it */
    public record Failed(String file, String why) {}
}
