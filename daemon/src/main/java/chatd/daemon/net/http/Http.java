package chatd.daemon.net.http;

import chatd.daemon.config.Config;
import chatd.daemon.net.stream.ClientConnection;
import chatd.daemon.net.stream.Goodbye;
import chatd.daemon.net.tls.Dialects;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** HTTP on the daemon's port: its pages, and WebSockets. Any thread. */
public final class Http {
    private final Site site;
    private final FileRequests files;
    private final Supplier<Config> config;

    /**
     * Reads the page. Blocks.
     *
     * @param config supplies the current configuration
     * @throws IOException if the configured logo can't be used
     */
    public Http(FileRequests files, Supplier<Config> config) throws IOException {
        this.site = Site.of(config.get().http());
        this.files = files;
        this.config = config;
    }

    /**
     * Reads what the page is made of as a start would. Blocks.
     *
     * @throws IOException if it can't be used; the message says why
     */
    public static void check(Config.Http config) throws IOException {
        Site.of(config);
    }

    /** Returns the first handler of a connection, which answers those who use HTTP without TLS. */
    public static ChannelHandler beforeTls() {
        return FirstBytes.hint(FirstBytes.USE_TLS);
    }

    /**
     * Serves a connection whose handshake is complete, if it speaks HTTP. On its event loop.
     *
     * @param ctx the handler between TLS and the connection, after which those of HTTP are added
     * @param isProxied whether it comes from a proxy; some offer no ALPN: then the first bytes tell the protocol
     */
    public void serve(ChannelHandlerContext ctx, ClientConnection connection, boolean isProxied) {
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        @Nullable String protocol = tls.applicationProtocol();
        if (Dialects.HTTP.equals(protocol)) {
            HttpRequests.serve(ctx, connection, site, files, config);
        } else if (protocol == null) {
            ctx.pipeline()
                    .addAfter(
                            ctx.name(),
                            "first bytes",
                            isProxied
                                    ? new FirstBytes(first -> serveWithoutAlpn(first, connection))
                                    : FirstBytes.hint(FirstBytes.OFFER_ALPN));
        }
    }

    private void serveWithoutAlpn(ChannelHandlerContext ctx, ClientConnection connection) {
        connection.speak(connection.dialects().named(Dialects.HTTP), Goodbye.NONE);
        HttpRequests.serve(ctx, connection, site, files, config);
    }
}
