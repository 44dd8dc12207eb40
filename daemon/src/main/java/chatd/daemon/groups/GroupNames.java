package chatd.daemon.groups;

import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import chatd.text.SafeText;
import com.ibm.icu.text.Normalizer2;
import java.nio.charset.StandardCharsets;

/** The rules for what groups are called ({@code chat-json-1.md}, "Groups"). */
final class GroupNames {
    private static final int MAX_BYTES = 64;

    private GroupNames() {}

    /** @throws Refusal {@link Code#BAD_NAME}, naming the rule that a name breaks */
    static void check(String name) {
        if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw bad("A group's name has 1 to " + MAX_BYTES + " bytes.");
        }
        if (!Normalizer2.getNFCInstance().isNormalized(name)) {
            throw bad("A group's name must be in Unicode normalisation form NFC.");
        }
        if (!SafeText.line(name).equals(name)) {
            throw bad("A group's name is one line, without invisible characters.");
        }
        if (isBlank(name.codePointAt(0)) || isBlank(name.codePointBefore(name.length()))) {
            throw bad("A group's name neither begins nor ends with a space.");
        }
    }

    private static boolean isBlank(int c) {
        return Character.isSpaceChar(c) || Character.isWhitespace(c);
    }

    private static Refusal bad(String text) {
        return new Refusal(Code.BAD_NAME, text + " Nothing was done.");
    }
}
