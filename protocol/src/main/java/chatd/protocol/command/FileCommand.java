package chatd.protocol.command;

import chatd.protocol.value.Audience;
import chatd.protocol.value.Content;

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
}
