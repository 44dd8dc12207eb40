package chatd.daemon.net.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Inspects the ClientHello before TLS does: a client that offers only unknown dialects is refused with
 * {@code no_application_protocol} (chat-1.md), which OpenSSL's own ALPN selection can't be configured to do. On the
 * connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // as in ClientConnection
public final class Hello extends SslClientHelloHandler<Boolean> {
    private static final int ALPN = 16;
    private static final int MAX_BYTES = 1 << 16;
    private static final int VERSION_AND_RANDOM = 34;

    /** TLS 1.2, a fatal alert: no_application_protocol. */
    private static final byte[] REFUSAL = {21, 3, 3, 0, 2, 2, 120};

    private final Supplier<SslHandler> tls;
    private final List<String> dialects;
    private boolean refused;

    /** @param tls supplies the TLS handler that takes over if the client is accepted */
    public Hello(Supplier<SslHandler> tls, List<String> dialects) {
        super(MAX_BYTES);
        this.tls = tls;
        this.dialects = dialects;
    }

    /** The client offers none of the daemon's dialects. */
    static final class NoDialect extends SSLHandshakeException {
        private static final long serialVersionUID = 1L;

        NoDialect() {
            super("no_application_protocol");
        }
    }

    @Override
    protected Future<Boolean> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf hello) {
        return ctx.executor().newSucceededFuture(hello == null || isWelcome(hello));
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext ctx, Future<Boolean> welcome) {
        if (welcome.getNow()) {
            ctx.pipeline().replace(this, "tls", tls.get());
            return;
        }
        // Called again when the channel closes: the same hello is then decoded again.
        if (refused) {
            return;
        }
        refused = true;
        ctx.writeAndFlush(Unpooled.wrappedBuffer(REFUSAL));
        ctx.fireUserEventTriggered(new SslHandshakeCompletionEvent(new NoDialect()));
    }

    /** Returns whether the hello offers a known dialect or none at all; true if malformed, for TLS to refuse. */
    boolean isWelcome(ByteBuf hello) {
        try {
            ByteBuf in = hello.slice();
            in.skipBytes(VERSION_AND_RANDOM);
            in.skipBytes(in.readUnsignedByte());
            in.skipBytes(in.readUnsignedShort());
            in.skipBytes(in.readUnsignedByte());
            if (!in.isReadable()) {
                return true;
            }
            ByteBuf extensions = in.readSlice(in.readUnsignedShort());
            while (extensions.isReadable()) {
                int type = extensions.readUnsignedShort();
                ByteBuf extension = extensions.readSlice(extensions.readUnsignedShort());
                if (type == ALPN) {
                    return offersOurs(extension.readSlice(extension.readUnsignedShort()));
                }
            }
            return true;
        } catch (IndexOutOfBoundsException e) {
            return true;
        }
    }

    private boolean offersOurs(ByteBuf offered) {
        boolean none = !offered.isReadable();
        while (offered.isReadable()) {
            String name = offered.readCharSequence(offered.readUnsignedByte(), StandardCharsets.ISO_8859_1)
                    .toString();
            if (dialects.contains(name)) {
                return true;
            }
        }
        return none;
    }
}
