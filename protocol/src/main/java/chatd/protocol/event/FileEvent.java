package chatd.protocol.event;

import chatd.protocol.value.Content;
import java.time.Instant;

/** Events about the contents of files. */
public sealed interface FileEvent extends Event {

    /** A file's content: {@code size} bytes, which follow as {@link Piece}s up to the one marked last. */
    record FileContent(String sender, Instant time, String name, long file, long size) implements FileEvent {}

    /** A piece of the content of the {@link FileContent} before it. */
    record Piece(Content content) implements FileEvent {}

    /**
     * A piece of a file that is fetched in pieces.
     *
     * @param offset how many bytes come before it
     * @param picture whether it was asked for as a picture
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Chunk(long file, long offset, byte[] bytes, boolean picture) implements FileEvent {}

    /** All of a file that is fetched in pieces has been sent. */
    @SuppressWarnings("ArrayRecordComponent") // as in Chunk
    record End(long file, byte[] sha256, boolean picture) implements FileEvent {}
}
