package chatd.client;

/** Makes what others wrote safe to print: nothing from outside can steer the terminal. */
final class Visible {
    private Visible() {}

    /** One line: line ends and controls become visible signs. */
    static String line(String text) {
        return clean(text, false);
    }

    /** A text that may have several lines; those after the first are indented. */
    static String text(String text) {
        return clean(text.replace("\r\n", "\n").replace('\r', '\n'), true);
    }

    private static String clean(String text, boolean lines) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == '\n') {
                clean.append(lines ? "\n    " : "␤");
            } else if (c == '\t') {
                clean.append("    ");
            } else if (c < 0x20 || c == 0x7f) {
                clean.appendCodePoint(c == 0x7f ? 0x2421 : 0x2400 + c);
            } else if (Character.isISOControl(c) || steers(c)) {
                clean.append('\uFFFD');
            } else {
                clean.appendCodePoint(c);
            }
        });
        return clean.toString();
    }

    /** Format characters turn the order of what is read; the joiners of emoji and scripts do not. */
    private static boolean steers(int c) {
        int type = Character.getType(c);
        return (type == Character.FORMAT && c != 0x200D && c != 0x200C)
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.SURROGATE;
    }
}
