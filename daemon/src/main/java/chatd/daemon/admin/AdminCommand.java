package chatd.daemon.admin;

import chatd.admin.api.AdminCall;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * What one of the administrators' commands does: a row of the table.
 *
 * @param roles who may give it
 * @param when how it and the log go together
 * @param logged the fields of the request that the log shows; a secret is never among them
 */
public record AdminCommand<Q, P, R>(
        AdminCall<Q, P, R> call, Set<Role> roles, When when, List<String> logged, Body<Q, P, R> body) {
    /** Of a long list, in one part. */
    static final int PART = 500;

    /** How a command and the log go together. */
    public enum When {
        /** Done where it can be logged, and logged when it is done. */
        LOGGED,
        /** It shows what is wrong, and changes nothing: done even where it can't be logged at the time. */
        ALWAYS,
        /** As {@link #ALWAYS}, and logged when it begins and when it ends: it may go on for days. */
        ALWAYS_AND_LONG
    }

    public static <Q, P, R> AdminCommand<Q, P, R> of(
            AdminCall<Q, P, R> call, Set<Role> roles, Body<Q, P, R> body, String... logged) {
        return new AdminCommand<>(call, roles, When.LOGGED, List.of(logged), body);
    }

    public static <Q, P, R> AdminCommand<Q, P, R> shows(AdminCall<Q, P, R> call, Set<Role> roles, Body<Q, P, R> body) {
        return new AdminCommand<>(call, roles, When.ALWAYS, List.of(), body);
    }

    public AdminCommand<Q, P, R> forHelpersToo() {
        return new AdminCommand<>(call, Role.helpersToo(), when, logged, body);
    }

    String name() {
        return call.name();
    }

    /** Does what is asked. */
    R run(Request request, String by, Parts<P> out) throws IOException, InterruptedException {
        return body.run(request.as(call.request()), by, out);
    }

    /** What a command does. Each call on a thread of its own; may block. */
    public interface Body<Q, P, R> {
        /**
         * Does it.
         *
         * @param by the Unix user
         * @param out takes what comes before the result
         * @throws chatd.daemon.model.Refusal where it can't be done
         */
        R run(Q request, String by, Parts<P> out) throws IOException, InterruptedException;
    }

    /** Where a command that goes on writes. */
    public interface Parts<P> {
        void write(P part);

        /** False where nobody reads them any more. */
        boolean areRead();

        /**
         * Writes a long list in several parts, so that it is never in memory as a whole, however many ask for one.
         *
         * @param part of some of them
         */
        default <T> void write(List<T> all, Function<List<T>, P> part) {
            for (int i = 0; i < all.size(); i += PART) {
                write(part.apply(all.subList(i, Math.min(all.size(), i + PART))));
            }
        }
    }
}
