package chatd.protocol;

import chatd.protocol.command.Command;
import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A codec between the vocabulary and bytes. All that tells one dialect from another is behind this: who uses it never
 * asks which it is. Immutable; any thread.
 */
public interface Dialect {
    /** Its name in ALPN, and in the log. */
    String name();

    /** Reads what clients send: the daemon's side. One a connection. */
    MessageReader<Command> commandReader();

    /** Reads what the daemon sends: the client's side. One a connection. */
    MessageReader<Event> eventReader();

    /**
     * A command as bytes: the client's side. Of one with content the head alone; the {@code Content} is to follow as it
     * is.
     *
     * @throws IllegalArgumentException where a value does not fit, or the dialect has no message for it
     */
    ByteBuf write(Command command, ByteBufAllocator buffers);

    /**
     * An event as it is told to a viewer: the daemon's side. In one, several or no frames; none where it is nothing to
     * clients of this dialect.
     *
     * @param viewer the number of the account that is told; 0 where nobody is logged in
     * @return frames of whose bytes the caller has one reference each
     * @throws IllegalArgumentException where a value does not fit
     */
    List<Frame> frames(Event event, long viewer, ByteBufAllocator buffers);

    /** What is the same for viewers who are told the same bytes; what is for everybody alike is encoded once. */
    default long view(Event event, long viewer) {
        return 0;
    }

    /** The most bytes of items in one page of the history. One message may be more. */
    long pageBytes();

    /** About how many bytes a message takes in a page, from above. */
    long pageBytes(MessageEvent.Message item);

    /**
     * Bytes to be sent in one piece.
     *
     * @param change of presence that it tells; null for anything else
     */
    record Frame(ByteBuf bytes, @Nullable Change change) {
        public Frame(ByteBuf bytes) {
            this(bytes, null);
        }
    }

    /**
     * A change of presence. One that still waits may be replaced by a later one of the same user.
     *
     * @param user as the dialect knows users: a name, or a number
     * @param isNew whether viewers have not heard of this user before
     */
    record Change(Object user, boolean online, boolean isNew) {}
}
