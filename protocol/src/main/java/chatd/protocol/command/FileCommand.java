package chatd.protocol.command;

import chatd.protocol.value.Audience;
import chatd.protocol.value.Content;
import org.jspecify.annotations.Nullable;

/** Commands about files. */
public sealed interface FileCommand extends Command {

    /**
     * Sends a file of {@code size} bytes, which follow as {@link Piece}s up to the one marked last.
     *
     * @param name a bare file name; empty if the audience is {@link Audience.TooMany}
     */
    record SendFile(Audience audience, String name, long size) implements FileCommand {}

    /** A piece of the content of the {@link SendFile} before it. */
    record Piece(Content content) implements FileCommand {}

    /** Fetches a file by its number, 0 to 2^32-1. */
    record FetchFile(long file) implements FileCommand {}

    /**
     * Begins to send a file in pieces. Its answer gives the upload a number.
     *
     * @param name not validated
     * @param size in bytes
     * @param picture whether it is to be shown in place
     * @param answered the number of the message that it answers; 0 for none
     */
    record StartUpload(Audience audience, String name, long size, boolean picture, long answered, String id)
            implements FileCommand {}

    /**
     * The next piece of an upload.
     *
     * @param offset how many bytes come before it
     */
    @SuppressWarnings("ArrayRecordComponent") // its bytes are compared nowhere
    record UploadPiece(long upload, long offset, byte[] bytes, String id) implements FileCommand {
        /** Maximum size of a piece in bytes. */
        public static final int MOST = 64 << 10;
    }

    /**
     * Ends an upload, whose file is then sent.
     *
     * @param upload 0 for the only one of the session
     * @param sha256 the SHA-256 of what was to be sent; null if it is not to be compared
     */
    @SuppressWarnings("ArrayRecordComponent") // as in UploadPiece
    record EndUpload(long upload, byte @Nullable [] sha256, String id) implements FileCommand {
        @Override
        public boolean isAcknowledged() {
            return true;
        }
    }

    /**
     * Fetches a file in pieces, from an offset on.
     *
     * @param picture whether the answers have the type of pictures
     */
    record GetFile(long file, long offset, boolean picture, String id) implements FileCommand {}

    /**
     * Sends a file that the user may read to somebody else.
     *
     * @param answered as in {@link StartUpload}
     */
    record SendAgain(Audience audience, long file, boolean picture, long answered, String id) implements FileCommand {
        @Override
        public boolean isAcknowledged() {
            return true;
        }
    }
}
