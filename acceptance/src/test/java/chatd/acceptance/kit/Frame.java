package chatd.acceptance.kit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A frame from the daemon, with its fields as the protocol page lays them out. Fails if padding is
 * not NUL.
 */
public final class Frame {

    /** Size in bytes of a file's announcement, which also precedes its content. */
    public static final int FILE_HEAD = 32 + 19 + 64 + 4;

    private final int code;
    private final byte[] body;

    Frame(int code, byte[] body) {
        this.code = code;
        this.body = body;
    }

    public int code() {
        return code;
    }

    public byte[] body() {
        return body;
    }

    public boolean isPresence() {
        return isPresence(code);
    }

    public static boolean isPresence(int code) {
        return code == Wire.ONLINE || code == Wire.OFFLINE;
    }

    /** Returns the first name field: a message's sender, or the user whose presence it is. */
    public String name() {
        return field(0, 32);
    }

    public String time() {
        return ascii(32, 19);
    }

    /** Returns the text of a text packet. */
    public String text() {
        return new String(body, 51, body.length - 51, UTF_8);
    }

    public String fileName() {
        return field(51, 64);
    }

    public int fileId() {
        return ByteBuffer.wrap(body).getInt(115);
    }

    public byte[] content() {
        return Arrays.copyOfRange(body, FILE_HEAD, body.length);
    }

    /** Returns the time of the previous login, from the answer to a login. */
    public String lastLogin() {
        return ascii(0, 19);
    }

    /** Returns every account and whether it is online, from the answer to a login. */
    public Map<String, Boolean> users() {
        int count = ByteBuffer.wrap(body).getInt(19);
        assertThat(body.length).isEqualTo(23 + 33 * count);
        var users = new LinkedHashMap<String, Boolean>();
        for (int at = 23; at < body.length; at += 33) {
            assertThat((char) body[at + 32]).isIn('0', '1');
            assertThat(users.put(field(at, 32), body[at + 32] == '1'))
                    .as("listed twice")
                    .isNull();
        }
        return users;
    }

    private String ascii(int from, int length) {
        return new String(body, from, length, UTF_8);
    }

    private String field(int from, int length) {
        int end = from;
        while (end < from + length && body[end] != 0) {
            end++;
        }
        for (int i = end; i < from + length; i++) {
            assertThat(body[i]).as("padding of %s", this).isZero();
        }
        return new String(body, from, end - from, UTF_8);
    }

    @Override
    public String toString() {
        byte[] begin = Arrays.copyOf(body, Math.min(body.length, 128));
        String text = new String(begin, UTF_8).replace('\0', '.');
        return "%08x[%d] %s %s".formatted(code, body.length, HexFormat.of().formatHex(begin), text);
    }
}
