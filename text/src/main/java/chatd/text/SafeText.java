package chatd.text;

import java.util.stream.IntStream;

/**
 * Decides which characters may be shown, for the log and for all programs, and makes text from others safe to print: it
 * can neither control the terminal nor pass for another line.
 */
public final class SafeText {
    /** Maximum number of combining marks kept on one letter; more would cover the lines above. */
    private static final int MARKS = 6;

    private static final int UNREADABLE = 0xFFFD;

    private SafeText() {}

    /**
     * Returns whether a character is invisible or changes the reading direction: controls, line
     * ends, format characters, those that Unicode calls default-ignorable, and those without an
     * agreed meaning. Spaces are not.
     */
    public static boolean isInvisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            // Letters and marks that are shown as nothing or as blank space.
            default ->
                isVariationSelector(c)
                        || c == 0x034F
                        || c == 0x115F
                        || c == 0x1160
                        || c == 0x17B4
                        || c == 0x17B5
                        || c == 0x2800
                        || c == 0x3164
                        || c == 0xFFA0;
        };
    }

    /**
     * Returns whether a text has an invisible character that neither joins letters or emoji nor
     * selects a form of one.
     */
    public static boolean hasInvisible(String text) {
        int[] points = text.codePoints().toArray();
        return IntStream.range(0, points.length).anyMatch(i -> isInvisible(points[i]) && !isInPlace(points, i));
    }

    /** Returns text as one line; line ends and control characters become visible symbols. */
    public static String line(String text) {
        return clean(text, false);
    }

    /** Returns text that may have several lines, safe to print. */
    public static String text(String text) {
        return clean(text.replace("\r\n", "\n").replace('\r', '\n'), true);
    }

    /** Returns JSON of the same value, in which invisible characters are escaped. */
    public static String json(String json) {
        StringBuilder safe = new StringBuilder(json.length());
        json.codePoints().forEach(c -> {
            if (c == '\n' || !isInvisible(c)) {
                safe.appendCodePoint(c);
            } else {
                for (char unit : Character.toChars(c)) {
                    safe.append("\\u%04X".formatted((int) unit));
                }
            }
        });
        return safe.toString();
    }

    private static String clean(String text, boolean lines) {
        StringBuilder clean = new StringBuilder(text.length());
        int[] points = text.codePoints().toArray();
        int marks = 0;
        for (int i = 0; i < points.length; i++) {
            int c = points[i];
            marks = isMark(c) ? marks + 1 : 0;
            if (c == '\n') {
                clean.append(lines ? "\n" : "␤");
            } else if (c == '\t') {
                clean.append("    ");
            } else if (c < 0x20 || c == 0x7f) {
                clean.appendCodePoint(c == 0x7f ? 0x2421 : 0x2400 + c);
            } else if (isInvisible(c) && !isInPlace(points, i)) {
                clean.appendCodePoint(UNREADABLE);
            } else if (marks <= MARKS) {
                clean.appendCodePoint(c);
            }
        }
        return clean.toString();
    }

    private static boolean isMark(int c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK;
    }

    /**
     * Returns whether an invisible character is one that changes how its neighbours are drawn, and
     * has such neighbours.
     */
    private static boolean isInPlace(int[] points, int i) {
        int c = points[i];
        if (i == 0) {
            return false;
        }
        if (c == 0x200C || c == 0x200D) {
            return isDrawn(points[i - 1], true) && i + 1 < points.length && isDrawn(points[i + 1], false);
        }
        // Keycaps and the like are drawn from ASCII characters.
        return isVariationSelector(c)
                && !isInvisible(points[i - 1])
                && (isOfJoiningKind(points[i - 1]) || "0123456789#*©®".indexOf(points[i - 1]) >= 0);
    }

    /** Returns whether a joiner's neighbour is drawn; before it there may be a variation selector. */
    private static boolean isDrawn(int c, boolean maySelect) {
        return isOfJoiningKind(c) && (!isInvisible(c) || (maySelect && isVariationSelector(c)));
    }

    /** Returns whether a character can be part of an emoji, or of a script whose letters join. */
    private static boolean isOfJoiningKind(int c) {
        return c > 0x02FF;
    }

    private static boolean isVariationSelector(int c) {
        return (c >= 0x180B && c <= 0x180F) || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF);
    }
}
