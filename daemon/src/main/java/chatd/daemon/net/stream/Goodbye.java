package chatd.daemon.net.stream;

import chatd.daemon.session.Session;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** The last bytes that a carrier sends before TLS is closed. Called on the connection's event loop. */
public interface Goodbye {
    /** Nothing: the end of TLS is the end. */
    Goodbye NONE = session -> Unpooled.EMPTY_BUFFER;

    /**
     * Returns the bytes; empty for none.
     *
     * @param session the session that ends, which knows why
     */
    ByteBuf bytes(Session session);
}
