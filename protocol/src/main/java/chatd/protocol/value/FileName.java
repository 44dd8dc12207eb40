package chatd.protocol.value;

import chatd.text.SafeText;
import java.nio.charset.StandardCharsets;
import java.text.BreakIterator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The rules for file names (page {@code chat-1.md}). */
public final class FileName {
    /** Maximum length in bytes of UTF-8: the limit of most file systems. */
    public static final int MAX_BYTES = 255;

    /** Maximum length of an extension that is kept when a name is shortened, in bytes, with its dot. */
    private static final int MAX_EXTENSION_BYTES = 16;

    private FileName() {}

    /** Returns whether a name is that of a file alone, without a directory or control characters. */
    public static boolean isBare(String name) {
        return !name.isEmpty()
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
    }

    /** Returns what is wrong with the name of a file to be sent, as a sentence; null if nothing is. */
    public static @Nullable String problem(String name) {
        if (!isBare(name)) {
            return "The file's name must not contain a directory or control characters.";
        }
        if (SafeText.hasInvisible(name)) {
            return "The file's name has an invisible character.";
        }
        return bytes(name) > MAX_BYTES ? "The file's name has more than %d bytes.".formatted(MAX_BYTES) : null;
    }

    private static int bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * Returns a name of at most {@code limit} bytes, which must be 32 or more. In a longer name, an
     * ellipsis replaces the end before the extension; no character is cut.
     */
    public static String shortened(String name, int limit) {
        if (bytes(name) <= limit) {
            return name;
        }
        int dot = name.lastIndexOf('.');
        String extension = dot > 0 && bytes(name.substring(dot)) <= MAX_EXTENSION_BYTES ? name.substring(dot) : "";
        String end = "…" + extension;
        BreakIterator characters = BreakIterator.getCharacterInstance(Locale.ROOT);
        characters.setText(name);
        int kept = 0;
        for (int next = characters.next();
                next != BreakIterator.DONE && bytes(name.substring(0, next)) + bytes(end) <= limit;
                next = characters.next()) {
            kept = next;
        }
        return name.substring(0, kept) + end;
    }
}
