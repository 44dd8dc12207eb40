package chatd.daemon.model;

/**
 * A file as it is sent: a name for a content that is already stored.
 *
 * @param content the number under which it was uploaded
 * @param digest SHA-256 of the content
 */
public record StoredFile(long number, String name, long content, long size, byte[] digest) {
    /** Returns the same file with this number. */
    public StoredFile numbered(long given) {
        return new StoredFile(given, name, content, size, digest);
    }
}
