package chatd.daemon.directory;

import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import chatd.text.SafeText;

/**
 * Validates free text that others read in a list or in a terminal: nothing in it may be invisible.
 */
public final class FreeText {
    private FreeText() {}

    /**
     * Validates a text of one line.
     *
     * @param sentence the message of the refusal
     * @throws Refusal {@link Code#MALFORMED}
     */
    public static void checkLine(String line, String sentence) {
        if (!SafeText.line(line).equals(line)) {
            throw new Refusal(Code.MALFORMED, sentence);
        }
    }

    /**
     * Validates a text that may have several lines, and tabs; otherwise like {@link #checkLine}.
     */
    public static void check(String text, String sentence) {
        String spaced = text.replace('\t', ' ');
        if (!SafeText.text(spaced).equals(spaced)) {
            throw new Refusal(Code.MALFORMED, sentence);
        }
    }
}
