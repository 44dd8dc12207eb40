package chatd.protocol;

import chatd.protocol.command.Command;
import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A codec between the vocabulary and bytes. It hides every difference between dialects: its callers never ask which
 * one it is. Immutable; any thread.
 */
public interface Dialect {
    /**
     * Returns the name of the dialect and its carrier in the negotiation (ALPN, or a WebSocket subprotocol) and in the
     * log.
     */
    String name();

    /** Creates the daemon's reader of what clients send; one per connection. */
    MessageReader<Command> commandReader();

    /** Creates a client's reader of what the daemon sends; one per connection. */
    MessageReader<Event> eventReader();

    /**
     * Encodes a command on the client's side. Of a command with content, only the head is encoded; the bytes of the
     * {@code Content} follow unencoded.
     *
     * @throws IllegalArgumentException if a value does not fit, or the dialect has no message for the command
     */
    ByteBuf write(Command command, ByteBufAllocator buffers);

    /**
     * Encodes an event for a viewer, on the daemon's side, as one, several or no frames: none if it means nothing to
     * clients of this dialect.
     *
     * @param viewer the account number of the recipient; 0 if nobody is logged in
     * @return the frames; the caller owns one reference to the bytes of each
     * @throws IllegalArgumentException if a value does not fit
     */
    List<Frame> frames(Event event, long viewer, ByteBufAllocator buffers);

    /**
     * Returns a key that is equal for all viewers who are sent the same bytes; an event that is the same for everybody
     * is encoded once.
     */
    default long viewKey(Event event, long viewer) {
        return 0;
    }

    /** Returns whether a session is sent a copy of its own message, if its user is among the receivers. */
    boolean copiesToSender();

    /** Returns whether a login is answered with the account's conversations, friends and requests, too. */
    boolean hasConversations();

    /** Returns the maximum size of the items in one page of the history, in bytes. A single message may exceed it. */
    long pageBytes();

    /** Returns an upper estimate of the size of a message in a page, in bytes. */
    long pageBytes(MessageEvent.Message item);

    /**
     * Bytes that are sent as a unit.
     *
     * @param change the presence change that they carry; null for anything else
     */
    record Frame(ByteBuf bytes, @Nullable Change change) {
        public Frame(ByteBuf bytes) {
            this(bytes, null);
        }
    }

    /**
     * A presence change. A pending one may be coalesced with a later one of the same user.
     *
     * @param user the user as the dialect identifies users: by name or by number
     * @param isNew whether this user is new to the viewers
     */
    record Change(Object user, boolean online, boolean isNew) {}
}
