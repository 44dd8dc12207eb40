package chatd.protocol.value;

/**
 * What a file is, told by its content.
 *
 * @param type its media type; {@link #OTHER} for what is only saved, never shown
 * @param width in pixels; 0 if it is no picture
 * @param picture whether it was sent to be shown in place
 */
public record Media(String type, int width, int height, boolean picture) {
    public static final String OTHER = "application/octet-stream";

    /** What is only saved. */
    public static final Media NONE = new Media(OTHER, 0, 0, false);

    /** Returns the same, sent to be shown in place or not. */
    public Media as(boolean asPicture) {
        return new Media(type, width, height, asPicture);
    }
}
