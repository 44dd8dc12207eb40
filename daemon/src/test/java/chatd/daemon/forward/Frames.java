package chatd.daemon.forward;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Messages with their lengths before them, as RFC 5425 has them. */
final class Frames {
    private Frames() {}

    /** Returns the complete messages. */
    static List<String> split(byte[] bytes) {
        List<String> messages = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int space = at;
            while (space < bytes.length && bytes[space] != ' ') {
                space++;
            }
            if (space == bytes.length) {
                break;
            }
            int length = Integer.parseInt(new String(bytes, at, space - at, StandardCharsets.US_ASCII));
            at = space + 1 + length;
            if (at <= bytes.length) {
                messages.add(new String(Arrays.copyOfRange(bytes, space + 1, at), StandardCharsets.UTF_8));
            }
        }
        return messages;
    }
}
