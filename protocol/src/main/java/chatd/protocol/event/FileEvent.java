package chatd.protocol.event;

import chatd.protocol.value.Content;
import java.time.Instant;

/** Events about the contents of files. */
public sealed interface FileEvent extends Event {

    /** A file's content: {@code size} bytes, which follow as {@link Piece}s up to the one marked last. */
    record FileContent(String sender, Instant time, String name, long file, long size) implements FileEvent {}

    /** A piece of the content of the {@link FileContent} before it. */
    record Piece(Content content) implements FileEvent {}
}
