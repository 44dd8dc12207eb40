package chatd.daemon.model.account;

import chatd.protocol.value.people.Preferences;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An account as the daemon keeps it in memory, without the password hash.
 *
 * @param number never reused
 * @param note never shown to users; empty for none
 * @param mustChange whether the password is a one-time password
 * @param passwordEnds when a one-time password expires; empty for never
 * @param everyone whether it may write to everyone where that is restricted
 * @param mutedUntil until when it may not write; empty if it may
 * @param quota bytes that its files may have together; empty for what is configured; 0 for none at all
 * @param everyoneAfter of the messages to everyone, it gets those above this number
 * @param preferences what its user prefers
 * @param lastLogin empty for never
 */
public record Account(
        long number,
        String name,
        String note,
        State state,
        boolean mustChange,
        Optional<Instant> passwordEnds,
        boolean everyone,
        Optional<Instant> mutedUntil,
        OptionalLong quota,
        long everyoneAfter,
        Preferences preferences,
        Instant created,
        Optional<Login> lastLogin) {

    /** A login: its time, and the address and port it came from. */
    public record Login(Instant time, String address, int port) {}

    /** The state of an account. The code is the value in the database. */
    public enum State {
        ACTIVE(0),
        DISABLED(1),
        LOCKED(2),
        DELETED(3);

        public final int code;

        State(int code) {
            this.code = code;
        }

        public static State of(int code) {
            for (State state : values()) {
                if (state.code == code) {
                    return state;
                }
            }
            throw new IllegalArgumentException("no state has the code " + code);
        }
    }

    /** Returns the state at a moment: an account whose one-time password has expired is locked. */
    public State stateAt(Instant now) {
        boolean ended =
                mustChange && passwordEnds.filter(end -> !now.isBefore(end)).isPresent();
        return state == State.ACTIVE && ended ? State.LOCKED : state;
    }

    public Account withName(String other) {
        return new Account(
                number,
                other,
                note,
                state,
                mustChange,
                passwordEnds,
                everyone,
                mutedUntil,
                quota,
                everyoneAfter,
                preferences,
                created,
                lastLogin);
    }

    public Account withNote(String other) {
        return new Account(
                number,
                name,
                other,
                state,
                mustChange,
                passwordEnds,
                everyone,
                mutedUntil,
                quota,
                everyoneAfter,
                preferences,
                created,
                lastLogin);
    }

    public Account withState(State other) {
        return new Account(
                number,
                name,
                note,
                other,
                mustChange,
                passwordEnds,
                everyone,
                mutedUntil,
                quota,
                everyoneAfter,
                preferences,
                created,
                lastLogin);
    }

    public Account withPassword(boolean mustChangeIt, Optional<Instant> ends) {
        return new Account(
                number,
                name,
                note,
                state,
                mustChangeIt,
                ends,
                everyone,
                mutedUntil,
                quota,
                everyoneAfter,
                preferences,
                created,
                lastLogin);
    }

    public Account withEveryone(boolean may) {
        return new Account(
                number,
                name,
                note,
                state,
                mustChange,
                passwordEnds,
                may,
                mutedUntil,
                quota,
                everyoneAfter,
                preferences,
                created,
                lastLogin);
    }

    public Account withMute(Optional<Instant> until) {
        return new Account(
                number,
                name,
                note,
                state,
                mustChange,
                passwordEnds,
                everyone,
                until,
                quota,
                everyoneAfter,
                preferences,
                created,
                lastLogin);
    }

    public Account withQuota(OptionalLong bytes) {
        return new Account(
                number,
                name,
                note,
                state,
                mustChange,
                passwordEnds,
                everyone,
                mutedUntil,
                bytes,
                everyoneAfter,
                preferences,
                created,
                lastLogin);
    }

    public Account withPreferences(Preferences others) {
        return new Account(
                number,
                name,
                note,
                state,
                mustChange,
                passwordEnds,
                everyone,
                mutedUntil,
                quota,
                everyoneAfter,
                others,
                created,
                lastLogin);
    }

    public Account withLogin(Login login) {
        return new Account(
                number,
                name,
                note,
                state,
                mustChange,
                passwordEnds,
                everyone,
                mutedUntil,
                quota,
                everyoneAfter,
                preferences,
                created,
                Optional.of(login));
    }

    /** Returns the account as it remains after deletion. */
    public Account deleted() {
        return new Account(
                number,
                name,
                "",
                State.DELETED,
                false,
                Optional.empty(),
                false,
                Optional.empty(),
                OptionalLong.empty(),
                everyoneAfter,
                Preferences.DEFAULT,
                created,
                Optional.empty());
    }
}
