package chatd.daemon.session;

import chatd.protocol.Event;
import io.netty.buffer.ByteBuf;

/** How a session's events become bytes. Any thread. */
public interface Dialect {
    /** As ALPN and the log name it. */
    String name();

    /** Whether it knows users by numbers that stay theirs; else a name is all there is of one. */
    boolean knowsNumbers();

    /** The event as a frame, of which the caller has one reference. */
    ByteBuf encode(Event event);
}
