package chatd.protocol;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Decodes bytes into messages, however the bytes are split. Must not be used again after a {@link MalformedFrame}. One
 * per connection, used by one thread at a time.
 *
 * @param <M> {@code Command} or {@code Event}
 */
public interface MessageReader<M> {

    /**
     * Returns the next message, or null if it is still incomplete.
     *
     * @param in the bytes received but not yet consumed; consumed up to the end of the message. A {@code Content} holds
     *     a retained slice of it
     * @param loggedIn whether the sender has logged in; a message not allowed before login is malformed
     * @throws MalformedFrame if the bytes violate the protocol
     */
    @Nullable
    M next(ByteBuf in, boolean loggedIn);

    /** Returns whether part of a message has been read, but not its end. */
    boolean inFrame();

    /**
     * Returns the text, for people, sent to a peer that does not send the rest of a message in
     * time; empty if it can't be sent one.
     */
    default String incompleteNotice() {
        return "";
    }

    /** Returns the size of the incomplete message in bytes, if known in advance; otherwise 0. */
    long size();

    /** Returns how many bytes to reserve for the incomplete message; 0 if there is none, or it needs no reservation. */
    long bytesToReserve();
}
