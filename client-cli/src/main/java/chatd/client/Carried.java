package chatd.client;

import chatd.protocol.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What {@code chat/1} carries: a server closes the connection on what is larger, and says nothing. */
final class Carried {
    private static final int FILE_NAME_BYTES = 64;

    private Carried() {}

    /**
     * What a file will be called at the others'.
     *
     * @throws IllegalArgumentException where the protocol has no room for it
     */
    static String name(Path path) {
        String name = String.valueOf(path.getFileName());
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > FILE_NAME_BYTES) {
            throw new IllegalArgumentException("The name " + name + " has " + bytes + " bytes; " + FILE_NAME_BYTES
                    + " is the most. Give the file a shorter one.");
        }
        if (name.chars().anyMatch(c -> Character.isISOControl(c) || c == '\\')) {
            throw new IllegalArgumentException(
                    "The name " + name + " has a character that no file name may have here. Give it another.");
        }
        return name;
    }

    /**
     * Its size, in bytes.
     *
     * @throws IllegalArgumentException where it is more than {@code chat/1} carries: the server would close the connection
     */
    static long size(Path path) throws IOException {
        long size = Files.size(path);
        if (size > Limits.DEFAULT.file()) {
            throw new IllegalArgumentException("The file " + path + " has " + size + " bytes; " + Limits.DEFAULT.file()
                    + " is the most. Nothing was sent.");
        }
        return size;
    }

    /** As {@link #size}, of a text. */
    static void check(String text) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > Limits.DEFAULT.text()) {
            throw new IllegalArgumentException("The text has " + bytes + " bytes; " + Limits.DEFAULT.text()
                    + " is the most. Nothing was sent; as a file it can be.");
        }
    }
}
