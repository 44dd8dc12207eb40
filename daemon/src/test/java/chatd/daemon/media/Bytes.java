package chatd.daemon.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A content in memory that fails if it is read outside its bounds, or far more often than it has bytes: then reading it is
 * quadratic, or never ends.
 */
final class Bytes implements Source {
    private static final long MAX_READS_PER_BYTE = 40;

    private final byte[] bytes;
    private long reads;

    Bytes(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public int at(long position) {
        if (position < 0 || position >= bytes.length) {
            throw new AssertionError("position " + position + " of " + bytes.length + " is read");
        }
        reads++;
        if (reads > 1_000 + MAX_READS_PER_BYTE * bytes.length) {
            throw new AssertionError(bytes.length + " bytes are read " + reads + " times");
        }
        return bytes[(int) position] & 0xff;
    }

    /** Reads a picture. */
    static Picture read(byte[] picture) {
        return Picture.of(new Bytes(picture)).orElseThrow();
    }

    /** Returns what is kept of a picture. */
    static byte[] kept(byte[] picture) {
        return kept(read(picture), picture);
    }

    static byte[] kept(Picture picture, byte[] original) {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        for (Picture.Part part : picture.parts()) {
            assertThat(part.size()).isPositive();
            switch (part) {
                case Picture.Written(byte[] written) -> kept.writeBytes(written);
                case Picture.Range(long from, long to) -> {
                    assertThat(from).isNotNegative();
                    assertThat(to).isLessThanOrEqualTo(original.length);
                    kept.write(original, (int) from, (int) (to - from));
                }
            }
        }
        assertThat(kept.size()).isEqualTo((int) picture.size());
        return kept.toByteArray();
    }

    /** Concatenates byte arrays, strings of one byte a character, and single bytes. */
    static byte[] join(Object... some) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (Object one : some) {
            switch (one) {
                case byte[] bytes -> joined.writeBytes(bytes);
                case byte[][] arrays -> joined.writeBytes(join((Object[]) arrays));
                case String text -> joined.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
                case Integer number -> joined.write(number);
                default -> throw new IllegalArgumentException(one.toString());
            }
        }
        return joined.toByteArray();
    }

    /** Returns the bytes as a text of one character a byte, to be searched. */
    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
