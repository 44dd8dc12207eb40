package chatd.daemon.model.message;

import chatd.protocol.value.Media;

/**
 * A file as it is sent: a name for content that is already stored.
 *
 * @param content the number under which it was uploaded; {@link #STORED} for whichever stored
 *     content has this digest
 * @param digest SHA-256 of the content
 */
@SuppressWarnings("ArrayRecordComponent") // its digest is compared by Arrays
public record StoredFile(long number, String name, long content, long size, byte[] digest, Media media) {
    /** Stands for whatever content has the digest. */
    public static final long STORED = 0;

    /** Returns the same file with this number. */
    public StoredFile numbered(long given) {
        return new StoredFile(given, name, content, size, digest, media);
    }
}
