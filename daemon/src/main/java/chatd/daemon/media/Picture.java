package chatd.daemon.media;

import java.util.List;
import java.util.Optional;

/**
 * A picture, recognised by its content, and the parts of it that are kept (page
 * {@code chat-json-1.md}, "Pictures"): metadata on where and with what it was taken is left out,
 * and image data is left untouched. Only headers are read, never pixels.
 *
 * @param type its media type
 * @param width in pixels; of a JPEG, after its orientation is applied (viewers do not agree on
 *     other types)
 * @param frames 1 for one that does not move
 * @param parts what is kept, in order
 */
public record Picture(String type, int width, int height, long frames, List<Part> parts) {
    private static final long MAX_PIXELS = 50_000_000;
    private static final long MAX_PIXELS_OF_ALL = 500_000_000;
    private static final long MAX_FRAMES = 1_000;

    public Picture {
        parts = List.copyOf(parts);
    }

    /** A part of a picture. */
    public sealed interface Part {
        long size();
    }

    /** Bytes of the original, from one position to another, exclusive. */
    public record Range(long from, long to) implements Part {
        @Override
        public long size() {
            return to - from;
        }
    }

    /** New bytes, which are not in the original. */
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    public record Written(byte[] bytes) implements Part {
        @Override
        public long size() {
            return bytes.length;
        }
    }

    /**
     * Returns the picture that some content is; empty if it is something else.
     *
     * @throws DamagedPicture if it begins like one, but is damaged, or too large to be shown
     */
    public static Optional<Picture> of(Source source) {
        Optional<Picture> picture = read(source);
        picture.ifPresent(Picture::check);
        return picture;
    }

    private static Optional<Picture> read(Source source) {
        if (Jpeg.matches(source)) {
            return Optional.of(new Jpeg(source).read());
        }
        if (Png.matches(source)) {
            return Optional.of(new Png(source).read());
        }
        if (Gif.matches(source)) {
            return Optional.of(new Gif(source).read());
        }
        return WebP.matches(source) ? Optional.of(new WebP(source).read()) : Optional.empty();
    }

    private void check() {
        long pixels = (long) width * height;
        if (width <= 0 || height <= 0) {
            throw new DamagedPicture("it has no size");
        }
        if (pixels > MAX_PIXELS) {
            throw new DamagedPicture("it has %d × %d pixels; at most 50 million are shown".formatted(width, height));
        }
        if (frames > MAX_FRAMES) {
            throw new DamagedPicture("it has %d frames; at most %d are shown".formatted(frames, MAX_FRAMES));
        }
        if (pixels * frames > MAX_PIXELS_OF_ALL) {
            throw new DamagedPicture("its %d frames have more than 500 million pixels together".formatted(frames));
        }
    }

    /** Returns the number of bytes that are kept. */
    public long size() {
        return parts.stream().mapToLong(Part::size).sum();
    }

    /** Returns whether nothing has to be left out, if the content has this size. */
    public boolean isClean(long size) {
        return parts.size() == 1 && parts.getFirst() instanceof Range(long from, long to) && from == 0 && to == size;
    }
}
