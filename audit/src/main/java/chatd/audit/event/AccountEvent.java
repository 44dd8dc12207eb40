package chatd.audit.event;

import static chatd.audit.event.Attribute.*;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Events about accounts: logins, logouts and changes. */
public sealed interface AccountEvent extends AuditEvent {

    /** An account change, with its number. */
    sealed interface ChangeEvent extends AccountEvent {
        long number();

        @Override
        default OptionalLong change() {
            return OptionalLong.of(number());
        }
    }

    /** @param resumed whether it resumes a session whose connection was lost */
    record LoggedIn(long number, LoggedIdentity who, Peer peer, boolean resumed) implements ChangeEvent {
        @Override
        public String type() {
            return "login";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).peer(peer).put(DETAIL, resumed ? "resumed" : null);
        }
    }

    /** A refused login, registration or password change; {@code type} says which. */
    record Refused(
            String type, LoggedIdentity who, @Nullable Peer peer, String reason) implements AccountEvent {
        @Override
        public Outcome outcome() {
            return Outcome.REFUSED;
        }

        @Override
        public void describe(Fields to) {
            to.put(REASON, reason).who(who).peer(peer);
        }
    }

    record LoggedOut(LoggedIdentity who, Peer peer, String why) implements AccountEvent {
        @Override
        public String type() {
            return "logout";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).sessionAndAddress(peer).put(DETAIL, why);
        }
    }

    /** @param peer the displaced session; {@code by} the one that displaced it */
    record Displaced(LoggedIdentity who, Peer peer, String by) implements AccountEvent {
        @Override
        public String type() {
            return "displaced";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).put(BY, by).sessionAndAddress(peer);
        }
    }

    record Throttled(LoggedIdentity who, Peer peer, Duration delay) implements AccountEvent {
        @Override
        public String type() {
            return "throttled";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).peer(peer).put(DELAY, delay.toSeconds());
        }
    }

    record Registered(long number, LoggedIdentity who, Peer peer) implements ChangeEvent {
        @Override
        public String type() {
            return "register";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).peer(peer);
        }
    }

    record PasswordChanged(long number, LoggedIdentity who, Peer peer) implements ChangeEvent {
        @Override
        public String type() {
            return "password";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).peer(peer);
        }
    }

    record SettingsStored(long number, LoggedIdentity who, Peer peer, int size) implements ChangeEvent {
        @Override
        public String type() {
            return "settings";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).sessionAndAddress(peer).put(SIZE, size);
        }
    }

    /**
     * A user renamed their own account.
     *
     * @param was its former name
     */
    record Renamed(
            long number, LoggedIdentity who, @Nullable String was, Peer peer) implements ChangeEvent {
        @Override
        public String type() {
            return "account";
        }

        @Override
        public void describe(Fields to) {
            to.who(who)
                    .formerName(was)
                    .sessionAndAddress(peer)
                    .put(BY, who.user())
                    .put(DETAIL, "rename");
        }
    }

    /**
     * A user changed their own picture.
     *
     * @param size its bytes; 0 if it was removed
     */
    record AvatarChanged(long number, LoggedIdentity who, Peer peer, int size) implements ChangeEvent {
        @Override
        public String type() {
            return "account";
        }

        @Override
        public void describe(Fields to) {
            to.who(who)
                    .sessionAndAddress(peer)
                    .put(BY, who.user())
                    .put(SIZE, size)
                    .put(DETAIL, "avatar");
        }
    }

    /**
     * An administrator changed an account.
     *
     * @param was its former name if it was renamed, otherwise null
     * @param how {@code add}, {@code reset}, {@code rename} and so on
     * @param by the administrator's Unix user
     */
    record AccountChanged(
            long number, LoggedIdentity who, @Nullable String was, String how, String by) implements ChangeEvent {
        @Override
        public String type() {
            return "account";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).formerName(was).put(BY, by).put(DETAIL, how);
        }
    }

    /** A user changed their preferences. */
    record PreferencesChanged(long number, LoggedIdentity who, Peer peer) implements ChangeEvent {
        @Override
        public String type() {
            return "preferences";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).sessionAndAddress(peer);
        }
    }

    /**
     * A user asked another user to be a friend, answered such a request, or ended a friendship.
     *
     * @param how {@code ask}, {@code agree}, {@code decline}, {@code withdraw} or {@code remove}
     */
    record FriendChanged(long number, LoggedIdentity who, LoggedIdentity other, String how, Peer peer)
            implements ChangeEvent {
        @Override
        public String type() {
            return "friend";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).sessionAndAddress(peer).put(DETAIL, how).to(List.of(other));
        }
    }

    /**
     * A user reported a message to the administrators.
     *
     * @param of the message's number
     */
    record Reported(long number, long of, LoggedIdentity who, Peer peer) implements ChangeEvent {
        @Override
        public String type() {
            return "report";
        }

        @Override
        public void describe(Fields to) {
            to.put(OF, of).who(who).sessionAndAddress(peer);
        }
    }

    /**
     * An administrator or a moderator added a note to a report, or closed it: what was kept of its message is
     * deleted.
     *
     * @param of the message's number
     * @param who the user who reported it
     * @param how {@code noted} or {@code closed}
     */
    record ReportHandled(long number, long of, LoggedIdentity who, String by, String how) implements ChangeEvent {
        @Override
        public String type() {
            return "report";
        }

        @Override
        public void describe(Fields to) {
            to.put(OF, of).who(who).put(BY, by).put(DETAIL, how);
        }
    }

    /** @param on whether the other user was blocked; otherwise it was unblocked */
    record Blocked(long number, LoggedIdentity who, LoggedIdentity other, boolean on, Peer peer)
            implements ChangeEvent {
        @Override
        public String type() {
            return "block";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).sessionAndAddress(peer).put(DETAIL, on ? "on" : "off").to(List.of(other));
        }
    }
}
