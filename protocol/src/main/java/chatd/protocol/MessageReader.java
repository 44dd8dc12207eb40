package chatd.protocol;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Turns bytes into messages, however they are cut. After a {@link MalformedFrame} it is not to be used again. One a
 * connection, one thread at a time.
 *
 * @param <M> {@code Command} or {@code Event}
 */
public interface MessageReader<M> {

    /**
     * The next message, or null while there is not enough of it.
     *
     * @param in what has come and was not used; consumed as far as the message goes. A {@code Content} holds a retained
     *     slice of it
     * @param loggedIn whether the sender has logged in: what it may not send yet is malformed
     * @throws MalformedFrame where the bytes break the protocol
     */
    @Nullable
    M next(ByteBuf in, boolean loggedIn);

    /** Whether a message has begun and has not ended. */
    boolean inFrame();

    /** The bytes of the message that has begun, where they are known before it is whole; else 0. */
    long size();

    /** How many bytes to make room for, where what has begun is large; else 0. */
    long awaited();
}
