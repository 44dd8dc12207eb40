package chatd.client.screen;

/** Makes text from others safe to print: it can neither control the terminal nor pass for another line. */
public final class SafeText {
    /** The most combining marks kept on one letter; a longer pile would cover the lines above. */
    private static final int MARKS = 6;

    private static final int UNREADABLE = 0xFFFD;

    private SafeText() {}

    /** Returns text as one line; line ends and control characters become visible symbols. */
    public static String line(String text) {
        return clean(text, false);
    }

    /** Returns text that may have several lines, safe to print. */
    public static String text(String text) {
        return clean(text.replace("\r\n", "\n").replace('\r', '\n'), true);
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
            } else if (isJoiner(c) ? !joins(points, i) : steers(c)) {
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

    private static boolean isJoiner(int c) {
        return c == 0x200C || c == 0x200D;
    }

    /**
     * Returns whether a joiner is in its place: between the parts of an emoji, or in scripts that join; elsewhere it is
     * only invisible.
     */
    private static boolean joins(int[] points, int i) {
        return i > 0 && i + 1 < points.length && points[i - 1] > 0x02FF && points[i + 1] > 0x02FF;
    }

    /** Returns whether a character changes the reading direction or is invisible. */
    private static boolean steers(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            // Letters and marks that are shown as blank space.
            default ->
                c == 0x034F
                        || c == 0x115F
                        || c == 0x1160
                        || c == 0x17B4
                        || c == 0x17B5
                        || (c >= 0x180B && c <= 0x180F)
                        || c == 0x2800
                        || c == 0x3164
                        || c == 0xFFA0;
        };
    }
}
