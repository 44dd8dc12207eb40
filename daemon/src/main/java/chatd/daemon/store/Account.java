package chatd.daemon.store;

import java.time.Instant;
import java.util.Optional;

/**
 * An account as the daemon keeps it in memory: all of it but the password's hash.
 *
 * @param number given once, never again
 * @param everyoneAfter of what goes to everyone, messages above this number are its own
 * @param lastLogin empty is never
 * @param lastAddress of that log in, with its port
 */
public record Account(
        long number,
        String name,
        boolean mustChange,
        State state,
        long everyoneAfter,
        Instant created,
        Optional<Instant> lastLogin,
        Optional<String> lastAddress,
        int lastPort) {

    /** What an account may do. The code is what the database has. */
    public enum State {
        ACTIVE(0),
        DISABLED(1),
        LOCKED(2),
        DELETED(3);

        final int code;

        State(int code) {
            this.code = code;
        }

        static State of(int code) {
            for (State state : values()) {
                if (state.code == code) {
                    return state;
                }
            }
            throw new IllegalArgumentException("no state has the code " + code);
        }
    }

    public Account withPassword(boolean mustChangeIt) {
        return new Account(number, name, mustChangeIt, state, everyoneAfter, created, lastLogin, lastAddress, lastPort);
    }

    public Account withLogin(Instant time, String address, int port) {
        return new Account(
                number, name, mustChange, state, everyoneAfter, created, Optional.of(time), Optional.of(address), port);
    }
}
