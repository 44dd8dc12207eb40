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
     * Starts an upload of a file in pieces. The answer gives the upload a number.
     *
     * @param name not validated
     * @param size in bytes
     * @param picture whether it is to be shown inline
     * @param replyTo the number of the message that it answers; 0 for none
     */
    record StartUpload(Audience audience, String name, long size, boolean picture, long replyTo, String id)
            implements FileCommand {}

    /**
     * The next piece of an upload.
     *
     * @param offset how many bytes come before it
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record UploadPiece(long upload, long offset, byte[] bytes, String id) implements FileCommand {
        /** Maximum size of a piece in bytes. */
        public static final int MAX_BYTES = 64 << 10;
    }

    /**
     * Ends an upload, whose file is then sent.
     *
     * @param upload its number; 0 for the session's only one
     * @param sha256 the expected SHA-256 of the content; null if it is not to be checked
     */
    @SuppressWarnings("ArrayRecordComponent") // as in UploadPiece
    record EndUpload(long upload, byte @Nullable [] sha256, String id) implements FileCommand {
        @Override
        public boolean isAcknowledged() {
            return true;
        }
    }

    /**
     * Fetches a file in pieces, starting at an offset.
     *
     * @param picture whether the answers have the message type of pictures
     */
    record GetFile(long file, long offset, boolean picture, String id) implements FileCommand {}

    /**
     * Sends a stored file, which the user must be allowed to read, to another audience.
     *
     * @param replyTo as in {@link StartUpload}
     */
    record ForwardFile(Audience audience, long file, boolean picture, long replyTo, String id) implements FileCommand {
        @Override
        public boolean isAcknowledged() {
            return true;
        }
    }
}
