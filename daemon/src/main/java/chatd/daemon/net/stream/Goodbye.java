package chatd.daemon.net.stream;

import chatd.daemon.session.Session;
import chatd.protocol.MalformedFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** The last bytes that a carrier sends before TLS is closed. Called on the connection's event loop. */
public interface Goodbye {
    /** Nothing: the end of TLS is the end. */
    Goodbye NONE = (session, violation) -> Unpooled.EMPTY_BUFFER;

    /**
     * Returns the bytes; empty for none.
     *
     * @param session the session that ends, which knows why
     * @param violation the peer's violation of the protocol, if that is why; null otherwise
     */
    ByteBuf bytes(Session session, @Nullable MalformedFrame violation);
}
