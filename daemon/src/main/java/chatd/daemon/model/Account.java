package chatd.daemon.model;

import java.time.Instant;
import java.util.Optional;

/**
 * An account as the daemon keeps it in memory: all of it but the password's hash.
 *
 * @param number given once, never again
 * @param note users never see it; empty is none
 * @param mustChange whether the password is a one-time one
 * @param passwordEnds when a one-time password is good for nothing any more; empty is never
 * @param everyone whether it may write to all where not everyone may
 * @param everyoneAfter of what goes to everyone, messages above this number are its own
 * @param lastLogin empty is never
 */
public record Account(
        long number,
        String name,
        String note,
        State state,
        boolean mustChange,
        Optional<Instant> passwordEnds,
        boolean everyone,
        long everyoneAfter,
        Instant created,
        Optional<Login> lastLogin) {

    /** A log in: from where, with its port. */
    public record Login(Instant time, String address, int port) {}

    /** What an account may do. The code is what the database has. */
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

    /** What it may do at a moment: one whose one-time password has ended is locked. */
    public State stateAt(Instant now) {
        boolean ended =
                mustChange && passwordEnds.filter(end -> !now.isBefore(end)).isPresent();
        return state == State.ACTIVE && ended ? State.LOCKED : state;
    }

    public Account withName(String other) {
        return new Account(
                number, other, note, state, mustChange, passwordEnds, everyone, everyoneAfter, created, lastLogin);
    }

    public Account withState(State other) {
        return new Account(
                number, name, note, other, mustChange, passwordEnds, everyone, everyoneAfter, created, lastLogin);
    }

    public Account withPassword(boolean mustChangeIt, Optional<Instant> ends) {
        return new Account(number, name, note, state, mustChangeIt, ends, everyone, everyoneAfter, created, lastLogin);
    }

    public Account withEveryone(boolean may) {
        return new Account(number, name, note, state, mustChange, passwordEnds, may, everyoneAfter, created, lastLogin);
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
                everyoneAfter,
                created,
                Optional.of(login));
    }

    /** What is left of it once it is deleted. */
    public Account deleted() {
        return new Account(
                number,
                name,
                "",
                State.DELETED,
                false,
                Optional.empty(),
                false,
                everyoneAfter,
                created,
                Optional.empty());
    }
}
