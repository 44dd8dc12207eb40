package chatd.audit.seal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;

/** One kind of block in a PEM file; what stands around it does not matter. */
enum PemBlock {
    PRIVATE_KEY,
    PUBLIC_KEY;

    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private String label() {
        return name().replace('_', ' ');
    }

    private String begin() {
        return "-----BEGIN " + label() + "-----";
    }

    private String end() {
        return "-----END " + label() + "-----";
    }

    /**
     * The DER form of the first of this kind in a file.
     *
     * @throws IOException where it can't be read, or has none; the message says so, and has nothing of the file
     */
    byte[] read(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        int begin = text.indexOf(begin());
        int end = text.indexOf(end(), Math.max(begin, 0));
        String kind = label().toLowerCase(Locale.ROOT);
        if (begin < 0 || end < 0) {
            throw new IOException(file + ": no " + kind + " in it (expected " + begin() + ")");
        }
        try {
            return Base64.getMimeDecoder().decode(text.substring(begin + begin().length(), end));
        } catch (IllegalArgumentException e) {
            // Without the cause, which quotes what it read.
            throw new IOException(file + ": the " + kind + " in it is not base64");
        }
    }

    /** The block of a DER form, with its last LF. */
    String write(byte[] der) {
        return begin() + "\n" + LINES.encodeToString(der) + "\n" + end() + "\n";
    }
}
