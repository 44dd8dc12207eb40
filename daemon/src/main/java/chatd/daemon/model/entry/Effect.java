package chatd.daemon.model.entry;

import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.RememberedDevice;
import chatd.daemon.model.account.Token;
import chatd.daemon.model.message.StoredFile;
import chatd.protocol.value.people.Avatar;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The effect of a change on the tables. */
public sealed interface Effect {
    record AccountMade(Account account, String hash) implements Effect {}

    /**
     * Sets a password; also ends the account's tokens and forgets its devices.
     *
     * @param ends when a one-time password expires; empty for never
     * @param kept a token that does not end; null for none
     * @param remembered the device that is not forgotten, as it is known from now on; null for none
     */
    record PasswordSet(
            String hash,
            boolean mustChange,
            Optional<Instant> ends,
            @Nullable Token kept,
            @Nullable RememberedDevice remembered)
            implements Effect {}

    /** Replaces the account, except its password and its logins. */
    record AccountUpdated(Account account) implements Effect {}

    /**
     * Erases the password, note, settings, last login and networks; keeps the number and the names, which are never
     * reused.
     */
    record AccountDeleted() implements Effect {}

    /**
     * As {@link AccountDeleted}, also of an account that was deleted before; what its user wrote is erased from then on.
     *
     * @param everywhere whether also what others were sent
     */
    record ErasureBegun(boolean everywhere) implements Effect {}

    /**
     * Ends an erasure: the account has its number for a name, and all names that it had may be given to others.
     *
     * @param groups those that nobody has any more: their names, topics and pictures go
     * @param topics other groups, whose topic goes
     * @param changes of groups, whose text goes
     */
    record AccountErased(List<Long> groups, List<Long> topics, List<Long> changes) implements Effect {
        public AccountErased {
            groups = List.copyOf(groups);
            topics = List.copyOf(topics);
            changes = List.copyOf(changes);
        }
    }

    /**
     * @param rehashed the same password hashed again, with the current parameters; null if that was
     *     not needed
     * @param token the new token, which replaces any other of the same device; null if there is
     *     none
     * @param remembered the device as it is known from now on; null if that does not change
     */
    record LoggedIn(
            String address,
            int port,
            String network,
            @Nullable String rehashed,
            @Nullable Token token,
            @Nullable RememberedDevice remembered)
            implements Effect {}

    record SettingsStored(byte[] document) implements Effect {}

    /** Replaces the user's picture, or removes it. */
    record AvatarChanged(Avatar avatar) implements Effect {}

    /** @param told whether the asked user learns of it */
    record FriendAsked(long asked, String text, boolean told) implements Effect {}

    /**
     * Makes two users friends, and ends the requests between them.
     *
     * @param crossed whether the user agreed by asking, too
     */
    record FriendsMade(long other, boolean crossed) implements Effect {}

    record FriendDeclined(long asker) implements Effect {}

    /** @param told whether the asked user knew of it */
    record RequestWithdrawn(long asked, boolean told) implements Effect {}

    record FriendRemoved(long other) implements Effect {}

    record UserBlocked(long other, boolean on) implements Effect {}

    /**
     * A message is reported to the administrators, and kept as it is until the report is closed.
     *
     * @param text null for a file
     * @param file null for a text
     */
    record MessageReported(
            String reason, @Nullable String text, @Nullable StoredFile file) implements Effect {}

    /** @param report its number */
    record ReportClosed(long report) implements Effect {}

    /** @param report its number */
    record ReportNoted(long report, String text) implements Effect {}
}
