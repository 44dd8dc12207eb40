package chatd.daemon.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A few pages for programs on this machine, over HTTP without TLS: on a loopback address, or on a Unix socket. Whoever can
 * connect may read them; a handful at a time, each one page after the other.
 */
@SuppressWarnings("FutureReturnValueIgnored") // as in ClientConnection
public final class LocalPages implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(LocalPages.class);

    /** Connections at a time; others are closed at once. */
    private static final int MAX_CONNECTIONS = 16;

    private static final int MAX_LINE = 2 << 10;
    private static final int MAX_HEAD = 8 << 10;
    private static final int MAX_BODY = 1 << 10;
    private static final int SILENCE_SECONDS = 60;

    private final Map<String, Source> pages;
    private final EventLoopGroup loop;
    private final AtomicInteger connections = new AtomicInteger();
    private final @Nullable Path file;
    private final SocketAddress address;
    private boolean isBound;

    /** @param type of the content, as in HTTP */
    public record Page(int status, String type, byte[] content) {
        /** Returns a page with a line of text. */
        public static Page text(int status, String line) {
            return new Page(status, "text/plain; charset=utf-8", (line + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Makes a page. Called on a virtual thread; may block. */
    public interface Source {
        /** @param accept the types that the client takes, as in HTTP; empty if it does not say */
        Page get(String accept) throws IOException;
    }

    /**
     * Starts listening. Blocks.
     *
     * @param at an address, or a Unix socket; one left by a daemon that was killed is replaced
     * @param pages by path
     * @throws IOException if it can't listen there; the message says where
     */
    public LocalPages(SocketAddress at, Map<String, Source> pages) throws IOException {
        this.pages = pages;
        this.file = at instanceof UnixDomainSocketAddress unix ? unix.getPath() : null;
        this.loop = new MultiThreadIoEventLoopGroup(
                1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        try {
            if (file != null) {
                // One that a daemon left that was killed, and nothing else that somebody named by mistake.
                check(at);
                Files.deleteIfExists(file);
            }
            this.address = new ServerBootstrap()
                    .group(loop)
                    .channelFactory(channels(file != null))
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            accept(channel);
                        }
                    })
                    .bind(file != null && Epoll.isAvailable() ? new DomainSocketAddress(file.toString()) : at)
                    .sync()
                    .channel()
                    .localAddress();
            this.isBound = true;
            if (file != null) {
                // Its directory decides who reaches it.
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new IOException("interrupted", e);
        } catch (Exception e) {
            close();
            throw new IOException("can't listen on " + at + " (metrics.listen): " + e.getMessage(), e);
        }
    }

    /**
     * Checks whether there is a file where a socket should be. Changes nothing; blocks.
     *
     * @throws IOException if there is
     */
    public static void check(SocketAddress at) throws IOException {
        if (at instanceof UnixDomainSocketAddress unix
                && Files.exists(unix.getPath(), LinkOption.NOFOLLOW_LINKS)
                && !Files.readAttributes(unix.getPath(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .isOther()) {
            throw new IOException("there is a file " + unix.getPath() + ", which is not a socket");
        }
    }

    /** Returns where it listens, with the port actually bound. */
    public SocketAddress address() {
        return address;
    }

    private static ChannelFactory<ServerChannel> channels(boolean isUnix) {
        if (Epoll.isAvailable()) {
            return isUnix ? EpollServerDomainSocketChannel::new : EpollServerSocketChannel::new;
        }
        return isUnix ? NioServerDomainSocketChannel::new : NioServerSocketChannel::new;
    }

    private void accept(Channel channel) {
        channel.closeFuture().addListener(closed -> connections.decrementAndGet());
        if (connections.incrementAndGet() > MAX_CONNECTIONS) {
            channel.close();
            return;
        }
        channel.pipeline()
                .addLast(new ReadTimeoutHandler(SILENCE_SECONDS))
                .addLast(new HttpServerCodec(MAX_LINE, MAX_HEAD, MAX_BODY))
                .addLast(new HttpObjectAggregator(MAX_BODY))
                .addLast(new Requests());
    }

    /** The requests of a connection; on its event loop. */
    private final class Requests extends SimpleChannelInboundHandler<FullHttpRequest> {
        /** The answer to the last request, before which none is made to the next: one at a time, in order. */
        private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            boolean isUnderstood = request.decoderResult().isSuccess();
            boolean isKept = HttpUtil.isKeepAlive(request) && isUnderstood;
            boolean hasBody = !request.method().equals(HttpMethod.HEAD);
            String accept = request.headers().get(HttpHeaderNames.ACCEPT, "");
            String path = request.uri().replaceFirst("[?#].*", "");
            boolean isRead = !hasBody || request.method().equals(HttpMethod.GET);
            last = last.thenRunAsync(
                    () -> {
                        Page page = !isUnderstood
                                ? Page.text(400, "This is not a request, or too long a one.")
                                : isRead ? page(path, accept) : Page.text(405, "Only GET and HEAD.");
                        FullHttpResponse response = new DefaultFullHttpResponse(
                                HttpVersion.HTTP_1_1,
                                HttpResponseStatus.valueOf(page.status()),
                                Unpooled.wrappedBuffer(hasBody ? page.content() : new byte[0]));
                        response.headers()
                                .set(HttpHeaderNames.CONTENT_TYPE, page.type())
                                .set(HttpHeaderNames.CONTENT_LENGTH, page.content().length)
                                .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
                        HttpUtil.setKeepAlive(response, isKept);
                        ctx.writeAndFlush(response).awaitUninterruptibly();
                        if (!isKept) {
                            ctx.close();
                        }
                    },
                    Thread::startVirtualThread);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            LOG.debug("a connection for pages of this machine failed", cause);
            ctx.close();
        }
    }

    private Page page(String path, String accept) {
        Source source = pages.get(path);
        if (source == null) {
            return Page.text(404, "There is nothing here but " + String.join(", ", pages.keySet()) + ".");
        }
        try {
            return source.get(accept);
        } catch (IOException | RuntimeException e) {
            LOG.error("CHATD-915 the page {} can't be made", path, e);
            return Page.text(500, "The page can't be made; the service log says why.");
        }
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        if (file != null && isBound) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.debug("the socket was not removed", e);
            }
        }
    }
}
