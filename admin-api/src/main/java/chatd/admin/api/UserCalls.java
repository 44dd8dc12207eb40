package chatd.admin.api;

import chatd.admin.api.AdminCall.Nothing;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is asked of accounts. Times are as {@link java.time.Instant} writes them. */
public final class UserCalls {
    public static final AdminCall<Nothing, Accounts, Nothing> LIST =
            new AdminCall<>("user list", Nothing.class, Accounts.class, Nothing.class);
    public static final AdminCall<Named, Nothing, Details> SHOW =
            new AdminCall<>("user show", Named.class, Nothing.class, Details.class);
    public static final AdminCall<Setting, Nothing, Account> ADD =
            new AdminCall<>("user add", Setting.class, Nothing.class, Account.class);
    public static final AdminCall<Setting, Nothing, Account> RESET =
            new AdminCall<>("user reset", Setting.class, Nothing.class, Account.class);
    public static final AdminCall<Named, Nothing, Changed> UNLOCK = changing("user unlock");
    public static final AdminCall<Named, Nothing, Changed> DISABLE = changing("user disable");
    public static final AdminCall<Named, Nothing, Changed> ENABLE = changing("user enable");
    public static final AdminCall<Named, Nothing, Changed> GRANT = changing("user grant");
    public static final AdminCall<Named, Nothing, Changed> REVOKE = changing("user revoke");
    public static final AdminCall<Renaming, Nothing, Changed> RENAME =
            new AdminCall<>("user rename", Renaming.class, Nothing.class, Changed.class);
    public static final AdminCall<Deletion, Nothing, Details> DELETE =
            new AdminCall<>("user delete", Deletion.class, Nothing.class, Details.class);
    public static final AdminCall<ImportList, Ready, Imported> IMPORT =
            new AdminCall<>("user import", ImportList.class, Ready.class, Imported.class);

    private UserCalls() {}

    private static AdminCall<Named, Nothing, Changed> changing(String name) {
        return new AdminCall<>(name, Named.class, Nothing.class, Changed.class);
    }

    public record Named(String name) {}

    /** An account is made, or gets another password. */
    public record Setting(String name, @Nullable String note, boolean mustChange, Password password) {}

    public record Renaming(String name, String to) {}

    /** @param dryRun only shows whom it would be */
    public record Deletion(String name, boolean dryRun) {}

    /**
     * @param state {@code active}, {@code disabled}, {@code locked} or {@code deleted}
     * @param passwordEnds null where it does not end
     * @param lastLogin null, as {@code lastAddress}, where there was none
     */
    public record Account(
            String name,
            long number,
            String state,
            boolean mustChange,
            @Nullable String passwordEnds,
            boolean everyone,
            boolean online,
            @Nullable String lastLogin,
            @Nullable String lastAddress,
            String created,
            String note) {}

    public record Accounts(List<Account> accounts) {}

    /** @param wrongPasswords of the last quarter of an hour */
    public record Details(@JsonUnwrapped Account account, List<String> formerNames, int wrongPasswords) {}

    /** @param changed false where it was so already */
    public record Changed(@JsonUnwrapped Account account, boolean changed) {}

    /**
     * A list of accounts that are to be there.
     *
     * @param disabling how many the asker expects to be disabled: where there are more, nothing is done
     */
    public record ImportList(
            List<ImportRow> accounts, boolean sync, boolean disableMissing, int disabling, boolean dryRun) {}

    /** @param line of the list, for what is wrong with it */
    public record ImportRow(
            int line,
            @Nullable String name,
            @Nullable String note,
            @Nullable Password password) {}

    /** How many passwords are hashed. */
    public record Ready(int ready, int all) {}

    /** Names of what was done, or would be. */
    public record Imported(List<String> added, List<String> left, List<String> disabled) {}
}
