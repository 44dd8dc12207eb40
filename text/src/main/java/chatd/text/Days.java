package chatd.text;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** For how many days messages are kept: as configured, and in words. */
public final class Days {
    /** The number that stands for ever. */
    public static final int FOREVER = 0;

    /** The number that stands for as long as those of other groups. */
    public static final int AS_OTHERS = -1;

    /** As long as a client may send again what it has sent, under the same identifier. */
    public static final int MIN = 7;

    public static final int MAX = 30_000;

    private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,4})d");

    private Days() {}

    /** Returns the number that {@code 90d} or {@code forever} stands for; empty if it is neither, or out of range. */
    public static Optional<Integer> parse(String typed) {
        if (typed.equals("forever")) {
            return Optional.of(FOREVER);
        }
        Matcher days = FORM.matcher(typed);
        return days.matches()
                ? Optional.of(Integer.parseInt(days.group(1))).filter(number -> number >= MIN && number <= MAX)
                : Optional.empty();
    }

    /** Returns a number of days as it is typed. */
    public static String typed(int days) {
        return switch (days) {
            case AS_OTHERS -> "default";
            case FOREVER -> "forever";
            default -> days + "d";
        };
    }

    /** Returns for how long, in words that follow "kept". */
    public static String words(int days) {
        return switch (days) {
            case AS_OTHERS -> "as long as those of other groups";
            case FOREVER -> "forever";
            default -> "for " + days + " days";
        };
    }
}
