package chatd.daemon.model;

/**
 * A file as it is sent: a name for a content that is there already.
 *
 * @param content the number it was uploaded under
 * @param digest SHA-256 of it
 */
public record StoredFile(long number, String name, long content, long size, byte[] digest) {
    /** The same with a number. */
    public StoredFile numbered(long given) {
        return new StoredFile(given, name, content, size, digest);
    }
}
