package chatd.daemon.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Waits for the PROXY protocol header (version 1 or 2) at the start of a proxy's connection, then passes the connection on
 * with the client's address. Runs on the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // as in ClientConnection
final class ProxyHeader extends ChannelInboundHandlerAdapter {
    private final InetSocketAddress proxy;
    private final Duration timeout;
    private final Consumer<InetSocketAddress> onClientAddress;
    private final Consumer<String> refuse;
    private boolean done;
    private Runnable cancelDeadline = () -> {};

    private ProxyHeader(
            InetSocketAddress proxy, Duration timeout, Consumer<InetSocketAddress> welcome, Consumer<String> refuse) {
        this.proxy = proxy;
        this.timeout = timeout;
        this.onClientAddress = welcome;
        this.refuse = refuse;
    }

    /**
     * Adds the handler to an empty pipeline.
     *
     * @param timeout time limit for the header
     * @param welcome called with the client's address; adds the handlers that follow
     * @param refuse called with the reason if the header is invalid or late; the connection is then closed
     */
    static void await(
            ChannelPipeline pipeline,
            InetSocketAddress proxy,
            Duration timeout,
            Consumer<InetSocketAddress> welcome,
            Consumer<String> refuse) {
        pipeline.addLast(new HAProxyMessageDecoder(), new ProxyHeader(proxy, timeout, welcome, refuse));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        Future<?> deadline = ctx.executor()
                .schedule(() -> refuse(ctx, "no header arrived"), timeout.toMillis(), TimeUnit.MILLISECONDS);
        cancelDeadline = () -> deadline.cancel(false);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        cancelDeadline.run();
    }

    /** Closes a connection that ends before its header is complete, without a refusal: usually a health check. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !done) {
            done = true;
            ctx.close();
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        if (!(read instanceof HAProxyMessage header)) {
            ctx.fireChannelRead(read);
            return;
        }
        try {
            done = true;
            onClientAddress.accept(client(header));
            ctx.pipeline().remove(this);
        } finally {
            header.release();
        }
    }

    /**
     * Returns the client's address from the header; the proxy's own for its health checks (command LOCAL), and if the
     * protocol is not TCP.
     */
    private InetSocketAddress client(HAProxyMessage header) {
        boolean isTcp = header.proxiedProtocol() == HAProxyProxiedProtocol.TCP4
                || header.proxiedProtocol() == HAProxyProxiedProtocol.TCP6;
        return header.command() == HAProxyCommand.PROXY && isTcp
                ? new InetSocketAddress(InetAddress.ofLiteral(header.sourceAddress()), header.sourcePort())
                : proxy;
    }

    /** Refuses an invalid header, whose connection the decoder has already closed; a reset connection just ends. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof DecoderException) {
            refuse(ctx, "it has no header");
        } else {
            done = true;
            ctx.close();
        }
    }

    private void refuse(ChannelHandlerContext ctx, String why) {
        if (!done) {
            done = true;
            refuse.accept(why);
            ctx.close();
        }
    }
}
