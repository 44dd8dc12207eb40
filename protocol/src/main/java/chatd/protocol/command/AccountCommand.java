package chatd.protocol.command;

import chatd.protocol.value.Document;
import chatd.protocol.value.Secret;
import chatd.protocol.value.User;

/** Commands about an account. */
public sealed interface AccountCommand extends Command {

    /** Creates an account; does not log in. */
    record Register(String name, Secret password, String id) implements AccountCommand {
        public Register(String name, Secret password) {
            this(name, password, "");
        }
    }

    /** Changes the password of an account, before or after login. */
    record ChangePassword(User user, Secret oldPassword, Secret newPassword, String id) implements AccountCommand {
        public ChangePassword(User user, Secret oldPassword, Secret newPassword) {
            this(user, oldPassword, newPassword, "");
        }
    }

    /** Gives the user's own account another name. */
    record Rename(String name, String id) implements AccountCommand {}

    /** Stores the settings document, which is opaque to the daemon. */
    record StoreSettings(Document document, String id) implements AccountCommand {
        public StoreSettings(Document document) {
            this(document, "");
        }

        @Override
        public boolean isAcknowledged() {
            return true;
        }
    }
}
