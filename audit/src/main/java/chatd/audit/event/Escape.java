package chatd.audit.event;

import chatd.text.SafeText;

/**
 * Escapes any string so that it can only be a value: characters that XML forbids become U+FFFD, invisible ones
 * (controls, line ends, bidi and format characters) {@code \}{@code u{202E}}, and a backslash is doubled.
 */
public final class Escape {
    /** Maximum length of a value from outside, in characters; the rest is cut off. */
    public static final int LONGEST = 256;

    private Escape() {}

    /** Escapes a name that somebody typed, for display: as in the log, but leaving XML's own characters alone. */
    public static String quoted(String value) {
        StringBuilder out = new StringBuilder(value.length());
        value.codePoints().forEach(c -> appendOther(out, c));
        return out.toString();
    }

    /** @param longest maximum number of characters kept; the rest is cut off */
    public static void append(StringBuilder out, String value, int longest) {
        int kept = 0;
        for (int i = 0; i < value.length(); ) {
            int c = value.codePointAt(i);
            i += Character.charCount(c);
            if (++kept > longest) {
                out.append('…');
                return;
            }
            switch (c) {
                case '"' -> out.append("&quot;");
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                default -> appendOther(out, c);
            }
        }
    }

    private static void appendOther(StringBuilder out, int c) {
        if (c == '\\') {
            out.append("\\\\");
        } else if (!allowedInXml(c)) {
            out.append('\uFFFD');
        } else if (SafeText.isInvisible(c) || (Character.isSpaceChar(c) && c != ' ')) {
            out.append("\\u{")
                    .append(Integer.toHexString(c).toUpperCase(java.util.Locale.ROOT))
                    .append('}');
        } else {
            out.appendCodePoint(c);
        }
    }

    private static boolean allowedInXml(int c) {
        return c == '\t'
                || c == '\n'
                || c == '\r'
                || (c >= 0x20 && c < 0xD800)
                || (c > 0xDFFF && c < 0xFFFE)
                || c > 0xFFFF;
    }
}
