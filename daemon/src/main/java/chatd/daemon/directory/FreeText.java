package chatd.daemon.directory;

import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import chatd.text.SafeText;

/** Checks what people write of their own that others read in a list or in a terminal: nothing in it may be invisible. */
public final class FreeText {
    private FreeText() {}

    /**
     * Checks what may have one line.
     *
     * @param sentence says what is wrong
     * @throws Refusal {@link Code#MALFORMED}
     */
    public static void checkLine(String line, String sentence) {
        if (!SafeText.line(line).equals(line)) {
            throw new Refusal(Code.MALFORMED, sentence);
        }
    }

    /** Checks what may have several lines, and tabs; otherwise like {@link #checkLine}. */
    public static void check(String text, String sentence) {
        String spaced = text.replace('\t', ' ');
        if (!SafeText.text(spaced).equals(spaced)) {
            throw new Refusal(Code.MALFORMED, sentence);
        }
    }
}
