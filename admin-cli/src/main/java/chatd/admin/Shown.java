package chatd.admin;

import chatd.admin.api.UserCalls;
import java.io.PrintStream;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** How results are printed. */
final class Shown {
    private static final JsonMapper PRETTY =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Shown() {}

    static void json(PrintStream out, Object value) {
        out.println(PRETTY.writeValueAsString(value));
    }

    static void line(PrintStream out, String key, String value) {
        out.println("%-12s %s".formatted(key, value));
    }

    /** {@code 1 event}, {@code 2 events}. */
    static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    /** {@code alice (U12)}. */
    static String who(UserCalls.Account account) {
        return who(account.name(), account.number());
    }

    static String who(@Nullable String name, long number) {
        return visible(String.valueOf(name)) + " (U" + number + ")";
    }

    static String yes(boolean is) {
        return is ? "yes" : "no";
    }

    /** As {@link #visible}, of several lines. */
    static String lines(String text) {
        return text.lines().map(Shown::visible).collect(Collectors.joining("\n"));
    }

    /** Without anything that could steer a terminal. */
    static String visible(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? 0xFFFD : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
