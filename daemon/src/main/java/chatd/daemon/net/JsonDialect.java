package chatd.daemon.net;

import chatd.daemon.session.Dialect;
import chatd.protocol.Event;
import chatd.protocol.Json;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** {@code chat-json/1} as sessions use it. */
record JsonDialect(Json codec, ByteBufAllocator buffers) implements Dialect {
    @Override
    public String name() {
        return Json.ALPN;
    }

    @Override
    public boolean knowsNumbers() {
        return true;
    }

    @Override
    public ByteBuf encode(Event event) {
        return codec.write(event, buffers);
    }
}
