package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls about accounts. Times are in the format of {@link java.time.Instant}. */
public final class UserCalls {
    public static final AdminCall<Nothing, Accounts, Nothing> LIST =
            new AdminCall<>("user list", Nothing.class, Accounts.class, Nothing.class);
    public static final AdminCall<Named, Nothing, Details> SHOW =
            new AdminCall<>("user show", Named.class, Nothing.class, Details.class);
    public static final AdminCall<AddOrReset, Nothing, Account> ADD =
            new AdminCall<>("user add", AddOrReset.class, Nothing.class, Account.class);
    public static final AdminCall<AddOrReset, Nothing, Account> RESET =
            new AdminCall<>("user reset", AddOrReset.class, Nothing.class, Account.class);
    public static final AdminCall<Named, Nothing, Changed> UNLOCK = changing("user unlock");
    public static final AdminCall<Named, Nothing, Changed> DISABLE = changing("user disable");
    public static final AdminCall<Named, Nothing, Changed> ENABLE = changing("user enable");
    public static final AdminCall<Named, Nothing, Changed> GRANT = changing("user grant");
    public static final AdminCall<Named, Nothing, Changed> REVOKE = changing("user revoke");
    public static final AdminCall<Muting, Nothing, Changed> MUTE =
            new AdminCall<>("user mute", Muting.class, Nothing.class, Changed.class);
    public static final AdminCall<Quota, Nothing, Changed> QUOTA =
            new AdminCall<>("user set", Quota.class, Nothing.class, Changed.class);
    public static final AdminCall<Named, Nothing, Changed> UNMUTE = changing("user unmute");
    public static final AdminCall<Named, Nothing, Changed> REMOVE_PICTURE = changing("user remove-picture");
    public static final AdminCall<Note, Nothing, Changed> NOTE =
            new AdminCall<>("user note", Note.class, Nothing.class, Changed.class);
    public static final AdminCall<Renaming, Nothing, Changed> RENAME =
            new AdminCall<>("user rename", Renaming.class, Nothing.class, Changed.class);
    public static final AdminCall<Deletion, Nothing, Details> DELETE =
            new AdminCall<>("user delete", Deletion.class, Nothing.class, Details.class);
    public static final AdminCall<ImportList, HashProgress, Imported> IMPORT =
            new AdminCall<>("user import", ImportList.class, HashProgress.class, Imported.class);

    public static final AdminCall<Export, Nothing, Nothing> EXPORT =
            new AdminCall<>("user export", Export.class, Nothing.class, Nothing.class);

    public static final AdminCall<Erasure, ErasureProgress, Erased> ERASE =
            new AdminCall<>("user erase", Erasure.class, ErasureProgress.class, Erased.class);

    private UserCalls() {}

    private static AdminCall<Named, Nothing, Changed> changing(String name) {
        return new AdminCall<>(name, Named.class, Nothing.class, Changed.class);
    }

    public record Named(String name) {}

    /**
     * What a user has is about to be written to a file, which the administrator's program does by itself.
     *
     * @param file where; {@code -} for standard output
     */
    public record Export(String name, String file) {}

    /**
     * @param name one that the account has or once had, or {@code U} and its number
     * @param everywhere whether also what others were sent is erased
     * @param dryRun whether only to tell what would be erased
     */
    public record Erasure(String name, boolean everywhere, boolean dryRun) {}

    /** How many messages are erased so far, and how many there are. */
    public record ErasureProgress(long erased, long all) {}

    /**
     * What was erased; with {@code dryRun}, what would be.
     *
     * @param name as it was before
     * @param bytes the files' total size
     * @param kept the texts and files that others were sent, and keep
     * @param created when the account was made
     * @param erased when it was erased
     * @param backups the configured directory of backups, whose list has to have the user; empty if none is
     * @param handedOver the groups of which the user was the only owner
     * @param indexPurged whether the files of the search index have no words of it any more; if not, they have none within a
     *     day
     */
    public record Erased(
            long number,
            String name,
            long texts,
            long files,
            long bytes,
            long kept,
            String created,
            String erased,
            String backups,
            List<GroupCalls.Group> handedOver,
            boolean indexPurged) {}

    /**
     * A request to create an account, or to set the password of one.
     *
     * @param similar whether a new account's name may look like another's
     */
    public record AddOrReset(
            String name, @Nullable String note, boolean mustChange, boolean similar, Password password) {}

    /** @param seconds for how long the user may not write, from now */
    public record Muting(String name, long seconds) {}

    /**
     * @param quota maximum size of the user's files in bytes; {@link Long#MAX_VALUE} for no limit; null for the
     *     configured one
     */
    public record Quota(String name, @Nullable Long quota) {}

    public record Note(String name, @Nullable String note) {}

    /** @param similar whether the new name may look like that of another account */
    public record Renaming(String name, String to, boolean similar) {}

    /**
     * @param heir the next owner of the groups of which the user is the only owner; null for none
     * @param longest whether the longest-standing member of each becomes its owner instead
     * @param dryRun whether only to show the account that would be deleted
     */
    public record Deletion(String name, @Nullable String heir, boolean longest, boolean dryRun) {}

    /**
     * @param state {@code active}, {@code disabled}, {@code locked} or {@code deleted}
     * @param passwordEnds when the password expires; null if it does not
     * @param mutedUntil until when it may not write; null if it may
     * @param lastLogin null, like {@code lastAddress}, if there was none
     */
    public record Account(
            String name,
            long number,
            String state,
            boolean mustChange,
            @Nullable String passwordEnds,
            boolean everyone,
            boolean online,
            @Nullable String mutedUntil,
            @Nullable String lastLogin,
            @Nullable String lastAddress,
            String created,
            String note) {}

    public record Accounts(List<Account> accounts) {}

    /**
     * @param wrongPasswords the number of wrong passwords in the last quarter of an hour
     * @param files how many files it has sent and not taken back
     * @param bytes their total size
     * @param quota maximum of their total size; null if there is no limit
     * @param onlyOwnerOf the open groups with other members of which it is the only owner
     */
    public record Details(
            @JsonUnwrapped Account account,
            List<String> formerNames,
            int wrongPasswords,
            long files,
            long bytes,
            @Nullable Long quota,
            List<GroupCalls.Group> onlyOwnerOf) {}

    /**
     * @param changed false if the account was in that state already
     * @param onlyOwnerOf as in {@link Details}
     */
    public record Changed(@JsonUnwrapped Account account, boolean changed, List<GroupCalls.Group> onlyOwnerOf) {}

    /**
     * A list of accounts to be created; with {@code sync}, existing ones are left as they are, except for their notes.
     *
     * @param similar whether new names may look like those of other accounts
     * @param ofClass of the accounts that are not in the list, only those whose note has this text are disabled; null
     *     for all
     * @param atMost the most accounts to disable; null for a tenth of the enabled ones
     * @param disabling how many accounts the caller expects to be disabled; if the number differs, nothing is done
     */
    public record ImportList(
            List<ImportRow> accounts,
            boolean sync,
            boolean similar,
            boolean disableMissing,
            @Nullable String ofClass,
            @Nullable Integer atMost,
            int disabling,
            boolean dryRun) {}

    /**
     * @param line the row's line in the list, for error messages
     * @param note null if the list gives none: an existing account keeps its own
     */
    public record ImportRow(
            int line,
            @Nullable String name,
            @Nullable String note,
            @Nullable Password password) {}

    /** The number of passwords hashed so far, and of all that are to be hashed. */
    public record HashProgress(int ready, int all) {}

    /**
     * The names of the accounts added, left as they are, given another note and disabled; with {@code dryRun}, of those
     * that would be.
     *
     * @param atMost the most accounts that may be disabled
     */
    public record Imported(
            List<String> added, List<String> left, List<String> noted, List<String> disabled, int atMost) {}
}
