package chatd.protocol.chat1;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Collectors;

/** Reads golden files: hexadecimal bytes, any white space, and comments from {@code #} to the end of the line. */
final class Hex {
    private Hex() {}

    public static byte[] golden(String direction, String name) throws IOException {
        String path = "golden/" + direction + "/" + name + ".hex";
        try (InputStream in = Hex.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IOException("there is no golden file " + path);
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    public static byte[] parse(String text) {
        return HexFormat.of()
                .parseHex(text.lines()
                        .map(line -> line.replaceFirst("#.*", "").replaceAll("\\s", ""))
                        .collect(Collectors.joining()));
    }
}
