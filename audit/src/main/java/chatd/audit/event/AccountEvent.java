package chatd.audit.event;

import static chatd.audit.event.Attribute.*;

import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What the log says of accounts: who came and went, and what was changed. */
public sealed interface AccountEvent extends AuditEvent {

    /** A change of an account, with its number. */
    sealed interface OfChange extends AccountEvent {
        long number();

        @Override
        default OptionalLong change() {
            return OptionalLong.of(number());
        }
    }

    record LoggedIn(long number, Who who, Peer peer) implements OfChange {
        @Override
        public String type() {
            return "login";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).peer(peer);
        }
    }

    /** What a user may not: log in, register, change a password; {@code type} says which. */
    record Refused(String type, Who who, @Nullable Peer peer, String reason) implements AccountEvent {
        @Override
        public Outcome outcome() {
            return Outcome.REFUSED;
        }

        @Override
        public void describe(Fields to) {
            to.put(REASON, reason).who(who).peer(peer);
        }
    }

    record LoggedOut(Who who, Peer peer, String why) implements AccountEvent {
        @Override
        public String type() {
            return "logout";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).from(peer).put(DETAIL, why);
        }
    }

    /** @param peer the session that ended; {@code by} the one that took its place */
    record Displaced(Who who, Peer peer, String by) implements AccountEvent {
        @Override
        public String type() {
            return "displaced";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).put(BY, by).from(peer);
        }
    }

    record Throttled(Who who, Peer peer, Duration delay) implements AccountEvent {
        @Override
        public String type() {
            return "throttled";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).peer(peer).put(DELAY, delay.toSeconds());
        }
    }

    record Registered(long number, Who who, Peer peer) implements OfChange {
        @Override
        public String type() {
            return "register";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).peer(peer);
        }
    }

    record PasswordChanged(long number, Who who, Peer peer) implements OfChange {
        @Override
        public String type() {
            return "password";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).peer(peer);
        }
    }

    record SettingsStored(long number, Who who, Peer peer, int size) implements OfChange {
        @Override
        public String type() {
            return "settings";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).from(peer).put(SIZE, size);
        }
    }

    /**
     * An administrator changed an account.
     *
     * @param was its name before, where that was another
     * @param how {@code add}, {@code reset}, {@code rename} and so on
     * @param by a Unix user
     */
    record AccountChanged(long number, Who who, @Nullable String was, String how, String by) implements OfChange {
        @Override
        public String type() {
            return "account";
        }

        @Override
        public void describe(Fields to) {
            to.who(who).was(was).put(BY, by).put(DETAIL, how);
        }
    }
}
