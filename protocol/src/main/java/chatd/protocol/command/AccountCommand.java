package chatd.protocol.command;

import static java.util.Objects.requireNonNullElse;

import chatd.protocol.value.Document;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.AllowedUsers;
import chatd.protocol.value.people.Avatar;
import chatd.protocol.value.people.Preferences;
import chatd.protocol.value.people.User;
import org.jspecify.annotations.Nullable;

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

    /** Changes the user's preferences; null leaves one as it is. */
    record ChangePreferences(
            @Nullable Boolean readMarks,
            @Nullable Boolean lastSeen,
            @Nullable AllowedUsers calls,
            @Nullable AllowedUsers requests,
            @Nullable AllowedUsers groups,
            @Nullable AllowedUsers texts,
            String id)
            implements AccountCommand {
        @Override
        public boolean isAcknowledged() {
            return true;
        }

        /** Returns the preferences after the change. */
        public Preferences applyTo(Preferences before) {
            return new Preferences(
                    requireNonNullElse(readMarks, before.readMarks()),
                    requireNonNullElse(lastSeen, before.lastSeen()),
                    requireNonNullElse(calls, before.calls()),
                    requireNonNullElse(requests, before.requests()),
                    requireNonNullElse(groups, before.groups()),
                    requireNonNullElse(texts, before.texts()));
        }
    }

    /** Gives the user another picture, or, with {@link Avatar#NONE}, none. */
    record ChangeAvatar(Avatar avatar, String id) implements AccountCommand {
        @Override
        public boolean isAcknowledged() {
            return true;
        }
    }

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
