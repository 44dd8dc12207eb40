package chatd.admin.terminal;

import chatd.admin.api.UserCalls;
import chatd.text.SafeText;
import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Formats and prints results. */
public final class Format {
    /** Maximum number of names in a line. */
    private static final int MAX_NAMES = 20;

    private static final JsonMapper PRETTY =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Stands for all users in place of a name; it is not a valid name itself. */
    public static final String EVERYONE = "(everyone)";

    private Format() {}

    public static void json(PrintStream out, Object value) {
        out.println(SafeText.json(PRETTY.writeValueAsString(value)));
    }

    public static void line(PrintStream out, String key, String value) {
        out.println("%-12s %s".formatted(key, value));
    }

    /** Returns a size, e.g. {@code 17 MiB}. */
    public static String bytes(long bytes) {
        return bytes < 10 << 10
                ? bytes + " B"
                : bytes < 10 << 20
                        ? (bytes >> 10) + " KiB"
                        : bytes < 10L << 30 ? (bytes >> 20) + " MiB" : (bytes >> 30) + " GiB";
    }

    /** Returns e.g. {@code 1 event} or {@code 2 events}. */
    public static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    /** Returns e.g. {@code alice (U12)}. */
    public static String userLabel(UserCalls.Account account) {
        return userLabel(account.name(), account.number());
    }

    public static String userLabel(@Nullable String name, long number) {
        return SafeText.line(String.valueOf(name)) + " (U" + number + ")";
    }

    public static String yesOrNo(boolean is) {
        return is ? "yes" : "no";
    }

    /** Returns the first of many names, and how many more there are. */
    public static String summarizeNames(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(names.size(), MAX_NAMES)))
                + (names.size() > MAX_NAMES ? " and " + (names.size() - MAX_NAMES) + " more" : "");
    }
}
