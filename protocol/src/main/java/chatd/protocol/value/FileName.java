package chatd.protocol.value;

import chatd.text.SafeText;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The rules of a file's name (page {@code chat-1.md}). */
public final class FileName {
    /** Maximum length in bytes of UTF-8. */
    public static final int MOST_BYTES = 64;

    private FileName() {}

    /** Returns whether a name is that of a file alone, without a directory. */
    public static boolean isBare(String name) {
        return !name.isEmpty()
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
    }

    /** Returns what is wrong with the name of a file to be sent, as a sentence; null if nothing is. */
    public static @Nullable String fault(String name) {
        if (!isBare(name)) {
            return "The file's name has to be one without a directory and without control characters.";
        }
        if (name.codePoints().anyMatch(SafeText::isInvisible)) {
            return "The file's name has an invisible character.";
        }
        return name.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES
                ? "The file's name has more than %d bytes.".formatted(MOST_BYTES)
                : null;
    }
}
