package chatd.daemon.net;

import chatd.daemon.session.Dialect;
import chatd.protocol.Chat1;
import chatd.protocol.Event;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** {@code chat/1} as sessions use it. */
record Chat1Dialect(Chat1 codec, ByteBufAllocator buffers) implements Dialect {
    @Override
    public String name() {
        return Chat1.ALPN;
    }

    @Override
    public boolean knowsNumbers() {
        return false;
    }

    @Override
    public ByteBuf encode(Event event) {
        return codec.write(event, buffers);
    }
}
