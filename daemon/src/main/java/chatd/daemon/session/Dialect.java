package chatd.daemon.session;

import chatd.protocol.Event;
import io.netty.buffer.ByteBuf;

/** How a session's events become bytes. Any thread. */
public interface Dialect {
    /** As ALPN and the log name it. */
    String name();

    /** The event as a frame, of which the caller has one reference. */
    ByteBuf encode(Event event);
}
