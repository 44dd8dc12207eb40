package chatd.protocol.value;

/**
 * The media type of a file, detected from its content.
 *
 * @param type the media type; {@link #OTHER} for files that are only saved, never shown
 * @param width in pixels; 0 if it is no picture
 * @param picture whether it was sent to be shown inline
 */
public record Media(String type, int width, int height, boolean picture) {
    public static final String OTHER = "application/octet-stream";

    /** A file that is only saved, never shown. */
    public static final Media NONE = new Media(OTHER, 0, 0, false);

    /** Returns a copy that was sent to be shown inline, or not. */
    public Media shownInline(boolean asPicture) {
        return new Media(type, width, height, asPicture);
    }
}
