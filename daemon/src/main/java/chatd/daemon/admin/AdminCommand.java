package chatd.daemon.admin;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * One command of the administrators: a row of the table.
 *
 * @param name as it is typed, {@code user add}
 * @param roles who may give it
 * @param when how it and the log go together
 * @param logged the keys of the request that the log shows; a secret is never among them
 */
record AdminCommand(String name, Set<Role> roles, When when, List<String> logged, Body body) {
    /** Of a long list, in one line. */
    static final int PART = 500;

    /** How a command and the log go together. */
    enum When {
        /** Done where it can be logged, and logged when it is done. */
        LOGGED,
        /** It shows what is wrong, and changes nothing: done even where it can't be logged at the time. */
        ALWAYS,
        /** As {@link #ALWAYS}, and logged when it begins and when it ends: it may go on for days. */
        ALWAYS_AND_LONG
    }

    static AdminCommand of(String name, Set<Role> roles, Body body, String... logged) {
        return new AdminCommand(name, roles, When.LOGGED, List.of(logged), body);
    }

    static AdminCommand shows(String name, Set<Role> roles, Body body, String... logged) {
        return new AdminCommand(name, roles, When.ALWAYS, List.of(logged), body);
    }

    AdminCommand forHelpersToo() {
        return new AdminCommand(name, Role.helpersToo(), when, logged, body);
    }

    /** What a command does. Each call on a thread of its own; may block. */
    interface Body {
        /**
         * Does it.
         *
         * @param by the Unix user
         * @param out takes what comes before the result, a line at a time
         * @return the result, to be written as JSON
         * @throws chatd.daemon.service.Refusal where it can't be done
         */
        Object run(Request request, String by, Lines out) throws IOException, InterruptedException;
    }

    /** Where a command that goes on writes. */
    interface Lines {
        void write(Object line);

        /** False where nobody reads them any more. */
        boolean areRead();

        /**
         * Writes a long list a part a line, so that it is never in memory as a whole, however many ask for one.
         *
         * @param key of the list in each line
         */
        default <T> void write(String key, List<T> all, Function<T, Object> shown) {
            for (int i = 0; i < all.size(); i += PART) {
                write(Map.of(
                        key,
                        all.subList(i, Math.min(all.size(), i + PART)).stream()
                                .map(shown)
                                .toList()));
            }
        }
    }
}
