package chatd.admin.system;

/** Completes the names of accounts. */
public final class AccountNames extends DynamicNames {
    public AccountNames() {
        super("@accounts@", "user list --names");
    }
}
