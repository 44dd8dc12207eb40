package chatd.audit.seal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;

/** A kind of block in a PEM file; text around the block is ignored. */
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
     * Returns the DER form of the first block of this kind in a file.
     *
     * @throws IOException if it can't be read or has no such block; the message says so and quotes nothing of the file
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
            // The cause is omitted because it quotes what was read.
            throw new IOException(file + ": the " + kind + " in it is not base64");
        }
    }

    /** Returns the PEM block for a DER form, including the final LF. */
    String write(byte[] der) {
        return begin() + "\n" + LINES.encodeToString(der) + "\n" + end() + "\n";
    }
}
