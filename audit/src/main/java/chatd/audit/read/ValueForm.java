package chatd.audit.read;

import java.nio.charset.StandardCharsets;
import java.time.Month;
import java.time.Year;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Tests whether bytes of a line are a value of a schema type. The schema accepts every value that this accepts; a
 * rejected value may still be valid, in a form that is never written.
 */
interface ValueForm {
    /** Tests the bytes from {@code from} to {@code to}, exclusive, without a quotation mark; ignores controls. */
    boolean accepts(byte[] line, int from, int to);

    /** Maximum number of digits that always fit into a {@code long}. */
    int DIGITS = 18;

    /** Accepts characters and the entities that the log uses. */
    static ValueForm string() {
        return (line, from, to) -> {
            for (int at = from; at < to; at++) {
                if (line[at] == '<') {
                    return false;
                }
                if (line[at] == '&') {
                    at = entity(line, at, to);
                    if (at < 0) {
                        return false;
                    }
                }
            }
            return true;
        };
    }

    /** Returns the index of the last byte of the entity that begins at {@code at}, or -1 if none does. */
    private static int entity(byte[] line, int at, int to) {
        for (byte[] entity : Entities.ALL) {
            int end = at + entity.length;
            if (end <= to && Arrays.equals(line, at, end, entity, 0, entity.length)) {
                return end - 1;
            }
        }
        return -1;
    }

    /** Accepts exactly these values. */
    static ValueForm oneOf(List<String> values) {
        byte[][] all = values.stream()
                .map(value -> value.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        return (line, from, to) -> {
            for (byte[] value : all) {
                if (value.length == to - from && Arrays.equals(line, from, to, value, 0, value.length)) {
                    return true;
                }
            }
            return false;
        };
    }

    /** Accepts a whole number within the bounds, written in digits only. */
    static ValueForm number(long least, long most) {
        return (line, from, to) -> {
            if (from == to || to - from > DIGITS) {
                return false;
            }
            long number = 0;
            for (int at = from; at < to; at++) {
                int digit = line[at] - '0';
                if (digit < 0 || digit > 9) {
                    return false;
                }
                number = 10 * number + digit;
            }
            return number >= least && number <= most;
        };
    }

    /**
     * Accepts what matches a pattern of the kind found in the schema: characters and character classes, each once, a
     * fixed number of times, or one or more times; matched greedily.
     *
     * @throws IllegalArgumentException if the pattern contains anything else
     */
    static ValueForm pattern(String pattern) {
        List<BitSet> sets = new ArrayList<>();
        List<Integer> times = new ArrayList<>();
        int at = 0;
        while (at < pattern.length()) {
            int end = pattern.charAt(at) == '['
                    ? pattern.indexOf(']', at) + 1
                    : at + (pattern.charAt(at) == '\\' ? 2 : 1);
            sets.add(characters(pattern.substring(at, end)));
            at = end;
            int most = 1;
            if (pattern.startsWith("+", at)) {
                most = Integer.MAX_VALUE;
                at++;
            } else if (pattern.startsWith("{", at)) {
                end = pattern.indexOf('}', at);
                most = Integer.parseInt(pattern, at + 1, end, 10);
                at = end + 1;
            }
            times.add(most);
        }
        BitSet[] all = sets.toArray(BitSet[]::new);
        int[] counts = times.stream().mapToInt(count -> count).toArray();
        return (line, from, to) -> {
            int next = from;
            for (int i = 0; i < all.length; i++) {
                int count = 0;
                while (count < counts[i] && next < to && line[next] >= 0 && all[i].get(line[next])) {
                    count++;
                    next++;
                }
                if (count == 0 || (count < counts[i] && counts[i] != Integer.MAX_VALUE)) {
                    return false;
                }
            }
            return next == to;
        };
    }

    private static BitSet characters(String part) {
        BitSet set = new BitSet(128);
        if (part.equals("\\d")) {
            set.set('0', '9' + 1);
        } else if (part.startsWith("[")) {
            String inside = part.substring(1, part.length() - 1);
            for (int i = 0; i < inside.length(); i++) {
                if (inside.charAt(i) == '\\') {
                    set.set(punctuation(inside.charAt(++i)));
                } else if (i + 2 < inside.length() && inside.charAt(i + 1) == '-') {
                    set.set(inside.charAt(i), inside.charAt(i + 2) + 1);
                    i += 2;
                } else {
                    set.set(inside.charAt(i));
                }
            }
        } else if (part.startsWith("\\")) {
            set.set(punctuation(part.charAt(1)));
        } else if (".?*|()^$".contains(part)) {
            throw new IllegalArgumentException(part + " in a pattern of the schema");
        } else {
            set.set(part.charAt(0));
        }
        return set;
    }

    private static char punctuation(char escaped) {
        if (Character.isLetterOrDigit(escaped)) {
            throw new IllegalArgumentException("\\" + escaped + " in a pattern of the schema");
        }
        return escaped;
    }

    /** Accepts an existing date and time that matches a pattern beginning with {@code yyyy-MM-ddTHH:mm:ss}. */
    static ValueForm time(ValueForm pattern) {
        return (line, from, to) -> pattern.accepts(line, from, to)
                && day(number(line, from, 4), two(line, from + 5), two(line, from + 8))
                && two(line, from + 11) < 24
                && two(line, from + 14) < 60
                && two(line, from + 17) < 60;
    }

    private static boolean day(int year, int month, int day) {
        return year > 0
                && month >= 1
                && month <= 12
                && day >= 1
                && day <= Month.of(month).length(Year.isLeap(year));
    }

    private static int two(byte[] line, int at) {
        return number(line, at, 2);
    }

    private static int number(byte[] line, int at, int digits) {
        int number = 0;
        for (int i = at; i < at + digits; i++) {
            number = 10 * number + line[i] - '0';
        }
        return number;
    }

    /** The predefined XML entities except that of the apostrophe, which the log never uses. */
    final class Entities {
        private static final byte[][] ALL = {
            "&quot;".getBytes(StandardCharsets.US_ASCII),
            "&amp;".getBytes(StandardCharsets.US_ASCII),
            "&lt;".getBytes(StandardCharsets.US_ASCII),
            "&gt;".getBytes(StandardCharsets.US_ASCII)
        };

        private Entities() {}
    }
}
