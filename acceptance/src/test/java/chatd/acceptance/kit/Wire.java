package chatd.acceptance.kit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The packets of the protocol's page as bytes; a code is type × 65,536 + subtype, as in the header. */
public final class Wire {

    public static final int LOG_IN = 0x0010_0000;
    public static final int REGISTER = 0x0010_0001;
    public static final int CHANGE = 0x0010_0002;
    public static final int TEXT_TO_SOME = 0x0012_0000;
    public static final int TEXT_TO_ALL = 0x0012_0001;
    public static final int FILE_TO_SOME = 0x0012_0002;
    public static final int FILE_TO_ALL = 0x0012_0003;
    public static final int FETCH = 0x0012_0004;
    public static final int REPLAY = 0x0012_0005;
    public static final int STORE = 0x0013_0000;

    public static final int LOGGED_IN = 0x0080_0000;
    public static final int LOGGED_IN_DISPLACING = 0x0080_0001;
    public static final int WRONG_PASSWORD = 0x0080_0002;
    public static final int NO_SUCH_USER = 0x0080_0003;
    public static final int MUST_CHANGE = 0x0080_0004;
    public static final int NAME_TAKEN = 0x0080_0005;
    public static final int BAD_NAME = 0x0080_0006;
    public static final int BAD_PASSWORD = 0x0080_0007;
    public static final int CHANGED = 0x0080_0008;
    public static final int WRONG_OLD = 0x0080_0009;
    public static final int BAD_NEW = 0x0080_000a;
    public static final int ONLINE = 0x0081_0000;
    public static final int OFFLINE = 0x0081_0001;
    public static final int TEXT = 0x0082_0000;
    public static final int FILE = 0x0082_0001;
    public static final int CONTENT = 0x0082_0002;
    public static final int CLEAR = 0x0082_0003;
    public static final int SETTINGS = 0x0083_0000;

    public static final String NEVER = "0000-00-00 00:00:00";

    private Wire() {}

    public static byte[] header(int code, long length) {
        return ByteBuffer.allocate(8).putInt(code).putInt((int) length).array();
    }

    public static byte[] frame(int code, byte[]... parts) {
        byte[] body = join(parts);
        return join(header(code, body.length), body);
    }

    public static byte[] join(byte[]... parts) {
        var all =
                ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
        Arrays.stream(parts).forEach(all::put);
        return all.array();
    }

    public static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }

    public static byte[] padded(String text, int size) {
        return Arrays.copyOf(utf8(text), size);
    }

    public static byte[] name(String name) {
        return padded(name, 32);
    }

    public static byte[] number(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    public static byte[] to(String... names) {
        return to(List.of(names));
    }

    public static byte[] to(List<String> names) {
        var all = ByteBuffer.allocate(4 + 32 * names.size()).putInt(names.size());
        names.forEach(name -> all.put(name(name)));
        return all.array();
    }

    public static byte[] logIn(String name, String password) {
        return frame(LOG_IN, name(name), name(password));
    }

    public static byte[] register(String name, String password) {
        return frame(REGISTER, name(name), name(password));
    }

    public static byte[] change(String name, String old, String password) {
        return frame(CHANGE, name(name), name(old), name(password));
    }

    public static byte[] text(String text, String... to) {
        return frame(TEXT_TO_SOME, to(to), utf8(text));
    }

    public static byte[] textToAll(String text) {
        return frame(TEXT_TO_ALL, utf8(text));
    }

    public static byte[] file(String file, byte[] content, String... to) {
        return frame(FILE_TO_SOME, to(to), padded(file, 64), content);
    }

    /** Returns a file's packet up to its content, which must follow and has {@code size} bytes. */
    public static byte[] fileHead(String file, long size, String... to) {
        return join(header(FILE_TO_SOME, 4 + 32 * to.length + 64 + size), to(to), padded(file, 64));
    }

    public static byte[] fileToAll(String file, byte[] content) {
        return frame(FILE_TO_ALL, padded(file, 64), content);
    }

    public static byte[] fetch(int id) {
        return frame(FETCH, number(id));
    }

    public static byte[] replay(int count) {
        return frame(REPLAY, number(count));
    }

    public static byte[] store(byte[] settings) {
        return frame(STORE, settings);
    }

    public static void deleteTree(Path directory) throws IOException {
        try (var tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
