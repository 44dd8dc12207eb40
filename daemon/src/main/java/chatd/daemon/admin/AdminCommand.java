package chatd.daemon.admin;

import chatd.admin.api.AdminCall;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * An admin command: one row of the command table.
 *
 * @param roles the roles that may run it
 * @param logMode how the command is logged
 * @param loggedFields the request fields recorded in the log; never a secret
 */
public record AdminCommand<Q, P, R>(
        AdminCall<Q, P, R> call, Set<Role> roles, LogMode logMode, List<String> loggedFields, Body<Q, P, R> body) {
    /** Maximum items per part when a long list is written in parts. */
    static final int MAX_PART_ITEMS = 500;

    /** How a command is logged. */
    public enum LogMode {
        /** Runs only if it can be logged; the event is written when it completes. */
        REQUIRED,
        /** Diagnostic and read-only: runs even if it can't be logged at the time. */
        BEST_EFFORT,
        /**
         * As {@link #BEST_EFFORT}; repetitions by one user within an hour, as by monitoring, are one
         * event with a count.
         */
        HOURLY,
        /** As {@link #BEST_EFFORT}, but logged both when it starts and when it ends, because it may run for days. */
        START_AND_END
    }

    public static <Q, P, R> AdminCommand<Q, P, R> of(
            AdminCall<Q, P, R> call, Set<Role> roles, Body<Q, P, R> body, String... logged) {
        return new AdminCommand<>(call, roles, LogMode.REQUIRED, List.of(logged), body);
    }

    public static <Q, P, R> AdminCommand<Q, P, R> readOnly(
            AdminCall<Q, P, R> call, Set<Role> roles, Body<Q, P, R> body) {
        return new AdminCommand<>(call, roles, LogMode.BEST_EFFORT, List.of(), body);
    }

    /** Returns the row of a command that is run again and again, as by monitoring. */
    public static <Q, P, R> AdminCommand<Q, P, R> polled(AdminCall<Q, P, R> call, Set<Role> roles, Body<Q, P, R> body) {
        return new AdminCommand<>(call, roles, LogMode.HOURLY, List.of(), body);
    }

    /** Returns the same command for administrators and others. */
    public AdminCommand<Q, P, R> andFor(Role... others) {
        return new AdminCommand<>(call, Role.administratorsAnd(others), logMode, loggedFields, body);
    }

    String name() {
        return call.name();
    }

    /** Runs the command on the calling thread. Blocks. */
    R run(Request request, Requester by, Parts<P> out) throws IOException, InterruptedException {
        return body.run(request.as(call.request()), by, out);
    }

    /** A command's implementation. Each call runs on its own thread and may block. */
    public interface Body<Q, P, R> {
        /**
         * Runs the command.
         *
         * @param by who runs it
         * @param out receives the parts that precede the result
         * @throws chatd.daemon.model.Refusal if it can't be done
         */
        R run(Q request, Requester by, Parts<P> out) throws IOException, InterruptedException;
    }

    /** Receives the parts of a command's answer. */
    public interface Parts<P> {
        void write(P part);

        /** Returns whether the client is still reading. */
        boolean isClientReading();

        /**
         * Writes a long list in parts of at most {@link #MAX_PART_ITEMS} items, so that it is never serialised in memory as a
         * whole, however many clients request one.
         *
         * @param part makes a part from some of the items
         */
        default <T> void write(List<T> all, Function<List<T>, P> part) {
            for (int i = 0; i < all.size(); i += MAX_PART_ITEMS) {
                write(part.apply(all.subList(i, Math.min(all.size(), i + MAX_PART_ITEMS))));
            }
        }
    }
}
