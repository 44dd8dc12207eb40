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
 * @param everyoneAfter of the messages to everyone, it gets those above this number
 * @param preferences what its user prefers
 * @param lastLogin empty for never
 */
public record Account(
        long number,
        String name,
        String note,
        State state,
        Password password,
        Rights rights,
        long everyoneAfter,
        Preferences preferences,
        Instant created,
        Optional<Login> lastLogin) {

    /**
     * What is known of the password, without its hash.
     *
     * @param mustChange whether it is a one-time password
     * @param ends when a one-time password expires; empty for never
     */
    public record Password(boolean mustChange, Optional<Instant> ends) {
        /** One that the user has chosen. */
        public static final Password OWN = new Password(false, Optional.empty());
    }

    /**
     * What administrators allow.
     *
     * @param mayWriteToEveryone whether it may write to everyone where that is restricted
     * @param mutedUntil until when it may not write; empty if it may
     * @param quota bytes that its files may have together; empty for what is configured; 0 for none at all
     */
    public record Rights(boolean mayWriteToEveryone, Optional<Instant> mutedUntil, OptionalLong quota) {
        public static final Rights DEFAULT = new Rights(false, Optional.empty(), OptionalLong.empty());
    }

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

    /** Returns a new account, with what is preferred and allowed by default. */
    public static Account fresh(
            long number, String name, String note, Password password, long everyoneAfter, Instant created) {
        return new Account(
                number,
                name,
                note,
                State.ACTIVE,
                password,
                Rights.DEFAULT,
                everyoneAfter,
                Preferences.DEFAULT,
                created,
                Optional.empty());
    }

    /** Returns the state at a moment: an account whose one-time password has expired is locked. */
    public State stateAt(Instant now) {
        boolean ended = password.mustChange()
                && password.ends().filter(end -> !now.isBefore(end)).isPresent();
        return state == State.ACTIVE && ended ? State.LOCKED : state;
    }

    /** Returns whether the password is a one-time password. */
    public boolean mustChange() {
        return password.mustChange();
    }

    /** Returns when a one-time password expires; empty for never. */
    public Optional<Instant> passwordEnds() {
        return password.ends();
    }

    /** Returns whether it may write to everyone where that is restricted. */
    public boolean mayWriteToEveryone() {
        return rights.mayWriteToEveryone();
    }

    /** Returns until when it may not write; empty if it may. */
    public Optional<Instant> mutedUntil() {
        return rights.mutedUntil();
    }

    /** Returns how many bytes its files may have together; empty for what is configured; 0 for none at all. */
    public OptionalLong quota() {
        return rights.quota();
    }

    public Account withName(String other) {
        return new Account(
                number, other, note, state, password, rights, everyoneAfter, preferences, created, lastLogin);
    }

    public Account withNote(String other) {
        return new Account(
                number, name, other, state, password, rights, everyoneAfter, preferences, created, lastLogin);
    }

    public Account withState(State other) {
        return new Account(number, name, note, other, password, rights, everyoneAfter, preferences, created, lastLogin);
    }

    public Account withPassword(boolean mustChange, Optional<Instant> ends) {
        return new Account(
                number,
                name,
                note,
                state,
                new Password(mustChange, ends),
                rights,
                everyoneAfter,
                preferences,
                created,
                lastLogin);
    }

    public Account withEveryone(boolean may) {
        return withRights(new Rights(may, rights.mutedUntil(), rights.quota()));
    }

    public Account withMute(Optional<Instant> until) {
        return withRights(new Rights(rights.mayWriteToEveryone(), until, rights.quota()));
    }

    public Account withQuota(OptionalLong bytes) {
        return withRights(new Rights(rights.mayWriteToEveryone(), rights.mutedUntil(), bytes));
    }

    private Account withRights(Rights other) {
        return new Account(number, name, note, state, password, other, everyoneAfter, preferences, created, lastLogin);
    }

    public Account withPreferences(Preferences others) {
        return new Account(number, name, note, state, password, rights, everyoneAfter, others, created, lastLogin);
    }

    public Account withLogin(Login login) {
        return new Account(
                number, name, note, state, password, rights, everyoneAfter, preferences, created, Optional.of(login));
    }

    /** Returns this account, which was deleted, without a name: it has its number in place of one. */
    public Account erased() {
        return deleted().withName(erasedName(number));
    }

    /** Returns the name of an account that was erased, which nobody can have. */
    public static String erasedName(long number) {
        return "U" + number;
    }

    /** Returns the account as it remains after deletion. */
    public Account deleted() {
        return new Account(
                number,
                name,
                "",
                State.DELETED,
                Password.OWN,
                Rights.DEFAULT,
                everyoneAfter,
                Preferences.DEFAULT,
                created,
                Optional.empty());
    }
}
