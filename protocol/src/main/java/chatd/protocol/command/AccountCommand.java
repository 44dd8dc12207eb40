package chatd.protocol.command;

import chatd.protocol.value.Document;
import chatd.protocol.value.Secret;
import chatd.protocol.value.User;

/** Commands about an account. */
public sealed interface AccountCommand extends Command {

    /** Creates an account; does not log in. */
    record Register(String name, Secret password) implements AccountCommand {}

    /** Changes the password of an account, before or after login. */
    record ChangePassword(User user, Secret oldPassword, Secret newPassword) implements AccountCommand {}

    /** Stores the settings document, which is opaque to the daemon. */
    record StoreSettings(Document document) implements AccountCommand {}
}
