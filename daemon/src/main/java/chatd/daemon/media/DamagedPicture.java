package chatd.daemon.media;

/** Thrown if a content begins like a picture and is none that may be shown. Its message says why, as a part of a sentence. */
public final class DamagedPicture extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DamagedPicture(String why) {
        super(why, null, false, false);
    }
}
