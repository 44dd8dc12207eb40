package chatd.daemon.net.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Recognises HTTP where something else is expected: neither TLS nor {@code chat/1} begins with a letter. Removes itself
 * after the first bytes. On the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // as in ClientConnection
final class FirstBytes extends ChannelInboundHandlerAdapter {
    /** Where TLS is expected. */
    static final String USE_TLS = "This port takes TLS only: write https:// in place of http://.\n";

    /** Where {@code chat/1} is expected. */
    static final String OFFER_ALPN =
            "This is a chatd server. A client of HTTP has to offer http/1.1 by ALPN when it begins"
                    + " with TLS; without ALPN, chat/1 is spoken here.\n";

    private final Consumer<ChannelHandlerContext> http;

    /** @param http called if it is HTTP, before the first bytes are passed on, with the context of this handler */
    FirstBytes(Consumer<ChannelHandlerContext> http) {
        this.http = http;
    }

    /** Returns a handler that tells a client of HTTP what it has to do, before the connection is closed for it. */
    static FirstBytes hint(String body) {
        String response = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + "X-Content-Type-Options: nosniff\r\nContent-Security-Policy: default-src 'none'\r\n"
                + "Connection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        return new FirstBytes(ctx -> ctx.writeAndFlush(Unpooled.copiedBuffer(response, StandardCharsets.US_ASCII)));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        byte first = bytes.isReadable() ? bytes.getByte(bytes.readerIndex()) : 0;
        if (first >= 'A' && first <= 'Z') {
            http.accept(ctx);
        }
        ctx.fireChannelRead(message);
        ctx.pipeline().remove(this);
    }
}
