package chatd.daemon.media;

/**
 * Thrown if content begins like a picture but must not be shown as one. Its message says why, as
 * part of a sentence.
 */
public final class DamagedPicture extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DamagedPicture(String why) {
        super(why, null, false, false);
    }
}
