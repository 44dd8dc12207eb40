package chatd.daemon.net.http;

import static java.util.Objects.requireNonNull;

import chatd.daemon.config.Config;
import chatd.daemon.net.stream.ClientConnection;
import chatd.protocol.MalformedFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests of one HTTP connection, one at a time, until one of them makes it a
 * WebSocket. Requests are small and have no body, except those about files, which a thread of their
 * own carries out ({@link FileExchange}); the first that breaks a rule is the last. On the
 * connection's event loop, except where a method says otherwise.
 */
@SuppressWarnings("FutureReturnValueIgnored") // as in ClientConnection
final class HttpRequests extends ChannelDuplexHandler {
    private static final int LONGEST_LINE = 2 << 10;
    private static final int MAX_HEADER_BYTES = 8 << 10;

    /** The length of a body that ends with an empty piece. */
    static final long UNKNOWN_LENGTH = Long.MAX_VALUE;

    /** How long a connection is kept for another request. */
    private static final Duration IDLE = Duration.ofSeconds(15);

    private final ClientConnection connection;
    private final Site site;
    private final Supplier<Config> config;
    private final Config.Http http;
    private final FileRequests files;
    private @Nullable ChannelHandlerContext context;

    /** The request about a file that is being carried out; null if there is none. */
    private @Nullable FileExchange exchange;

    /** Whether the connection is kept open after that request. */
    private boolean keepAlive;

    /** Bytes of a response's body that are still to be written; {@link #UNKNOWN_LENGTH} until its end. */
    private long bodyLeft;

    private @Nullable HttpRequest request;
    private boolean isAnswering;
    private boolean isOver;
    private @Nullable Future<?> idle;

    private HttpRequests(ClientConnection connection, Site site, FileRequests files, Supplier<Config> config) {
        this.files = files;
        this.connection = connection;
        this.site = site;
        this.config = config;
        this.http = config.get().http();
    }

    /** Adds the handlers that serve HTTP in front of the connection. */
    static void serve(
            ChannelHandlerContext ctx,
            ClientConnection connection,
            Site site,
            FileRequests files,
            Supplier<Config> config) {
        HttpServerCodec codec = new HttpServerCodec(
                new HttpDecoderConfig().setMaxInitialLineLength(LONGEST_LINE).setMaxHeaderSize(MAX_HEADER_BYTES));
        ctx.pipeline()
                .addAfter(ctx.name(), "http", codec)
                .addAfter("http", "requests", new HttpRequests(connection, site, files, config));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    private ChannelHandlerContext context() {
        return requireNonNull(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (isOver || connection.isIgnoringInput()) {
                return;
            }
            FileExchange current = exchange;
            if (current != null) {
                receive(current, (HttpObject) message);
                return;
            }
            if (isAnswering) {
                // The socket is full: a client that reads no answers could otherwise cause many with few bytes.
                reportViolation(ctx, "a further HTTP request before an answer was read");
                return;
            }
            take(ctx, (HttpObject) message);
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    /** Passes an end of the input on; the connection waits for a request that is being carried out. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        FileExchange current = exchange;
        if (current != null
                && (event instanceof SslCloseCompletionEvent || event instanceof ChannelInputShutdownEvent)) {
            current.body().end();
        }
        ctx.fireUserEventTriggered(event);
    }

    private void receive(FileExchange current, HttpObject part) {
        if (!(part instanceof HttpContent content) || current.body().isWhole()) {
            // A further request: it goes unread, and the connection ends with the answer to this one.
            keepAlive = false;
            connection.setReading(false);
        } else if (content.decoderResult().isFailure()) {
            current.body().markBroken();
        } else {
            current.body().add(content.content().retain(), content instanceof LastHttpContent);
        }
    }

    private void take(ChannelHandlerContext ctx, HttpObject part) {
        if (part instanceof HttpRequest head) {
            request = head;
            stopWaiting();
            if (head.decoderResult().isSuccess() && FileRequests.isFileRequest(head)) {
                request = null;
                begin(ctx, head);
                return;
            }
        }
        HttpRequest current = request;
        if (current == null) {
            return;
        }
        if (part.decoderResult().isFailure()) {
            refuse(ctx, current, statusFor(part.decoderResult().cause()), "This is not an HTTP/1.1 request.");
        } else if (!isPlain(current)
                || (part instanceof HttpContent body && body.content().isReadable())) {
            refuse(ctx, current, HttpResponseStatus.BAD_REQUEST, "A request needs one Host, and has no body here.");
        } else if (part instanceof LastHttpContent) {
            request = null;
            connection.requested();
            answer(ctx, current);
        }
    }

    /** Begins a request about a file; its body follows. */
    private void begin(ChannelHandlerContext ctx, HttpRequest head) {
        if (!FileRequests.isUnambiguous(head)) {
            refuse(
                    ctx,
                    head,
                    HttpResponseStatus.BAD_REQUEST,
                    "A request needs one Host, and exactly one way of giving its body's length.");
            return;
        }
        connection.requested();
        connection.setServing(true);
        keepAlive = HttpUtil.isKeepAlive(head);
        RequestBody body = new RequestBody(
                on -> ctx.executor().execute(() -> connection.setReading(on)),
                config.get().limits().frameProgress());
        int port = ((InetSocketAddress) ctx.channel().localAddress()).getPort();
        FileExchange begun = new FileExchange(this, connection.session(), files, head, body, port);
        exchange = begun;
        Thread.startVirtualThread(begun);
    }

    /** Tells the client to send the body, if it waits for that. Any thread. */
    void proceed(HttpRequest head) {
        if (HttpUtil.is100ContinueExpected(head)) {
            context()
                    .executor()
                    .execute(() -> context()
                            .writeAndFlush(new DefaultFullHttpResponse(
                                    HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER)));
        }
    }

    /** Records that a request has identified its sender. Any thread. */
    void recognised() {
        context().executor().execute(connection::recognised);
    }

    /** Answers the request about a file. Any thread. */
    void answer(FullHttpResponse response) {
        context().executor().execute(() -> {
            FileExchange ended = exchange;
            if (ended == null || isOver) {
                response.release();
                return;
            }
            // A client that still sends does not listen to a further answer.
            boolean kept = keepAlive && ended.body().isWhole();
            finished();
            send(context(), ended.head(), response, kept);
        });
    }

    /**
     * Begins to answer the request about a file; {@code bytes} of body follow through the session. Blocks.
     *
     * @param bytes {@link #UNKNOWN_LENGTH} if an empty piece ends the body
     * @return false if the connection is gone
     */
    boolean begin(HttpResponse response, long bytes) throws InterruptedException {
        var begun = context().executor().submit(() -> {
            if (isOver || !context().channel().isActive()) {
                return false;
            }
            isAnswering = true;
            bodyLeft = bytes;
            HttpUtil.setKeepAlive(response.headers(), HttpVersion.HTTP_1_1, keepAlive);
            context().write(response);
            return true;
        });
        return begun.await().isSuccess() && begun.getNow();
    }

    /** Ends the connection, since a request can't be carried out to its end. Any thread. */
    void cut() {
        connection.session().abort("an HTTP request was broken off");
    }

    private void finished() {
        exchange = null;
        connection.setServing(false);
    }

    /** Wraps what the session sends as HTTP content while a response body is due. */
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (bodyLeft == 0 || !(message instanceof ByteBuf bytes)) {
            ctx.write(message, promise);
            return;
        }
        if (bodyLeft != UNKNOWN_LENGTH) {
            bodyLeft -= bytes.readableBytes();
        } else if (!bytes.isReadable()) {
            bodyLeft = 0;
        }
        if (bodyLeft > 0) {
            ctx.write(new DefaultHttpContent(bytes), promise);
            return;
        }
        ctx.write(new DefaultLastHttpContent(bytes), promise);
        FileExchange ended = exchange;
        if (ended != null) {
            boolean kept = keepAlive && ended.body().isWhole();
            finished();
            sent(ctx, kept);
        }
    }

    private static HttpResponseStatus statusFor(Throwable cause) {
        return switch (cause) {
            case TooLongHttpLineException line -> HttpResponseStatus.REQUEST_URI_TOO_LONG;
            case TooLongHttpHeaderException headers -> HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
            default -> HttpResponseStatus.BAD_REQUEST;
        };
    }

    /** Returns whether the head is unambiguous: one host, and nothing that could be read as a body. */
    private static boolean isPlain(HttpRequest head) {
        int hosts = head.headers().getAll(HttpHeaderNames.HOST).size();
        return (hosts == 1 || (hosts == 0 && head.protocolVersion().equals(HttpVersion.HTTP_1_0)))
                && !head.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)
                && head.headers().getAll(HttpHeaderNames.CONTENT_LENGTH).stream()
                        .allMatch("0"::equals);
    }

    private void refuse(ChannelHandlerContext ctx, HttpRequest head, HttpResponseStatus status, String sentence) {
        send(ctx, head, Responses.text(head, http.hsts(), status, sentence), false);
        reportViolation(ctx, "not a request that HTTP allows here");
    }

    /** Has the violation logged, and the connection closed once the answer before it is sent. */
    private void reportViolation(ChannelHandlerContext ctx, String what) {
        isOver = true;
        ctx.fireUserEventTriggered(new MalformedFrame(what));
    }

    private void answer(ChannelHandlerContext ctx, HttpRequest head) {
        boolean keeps = HttpUtil.isKeepAlive(head);
        if (!FileRequests.path(head).equals("/ws")) {
            send(ctx, head, site.answer(head, http.hsts()), keeps);
            return;
        }
        WebSocketRequest asked = new WebSocketRequest(head);
        WebSocketRequest.Fault fault = asked.fault(config.get().http().origins());
        if (fault == null) {
            upgrade(ctx, asked);
            return;
        }
        send(ctx, head, fault.response(head, http.hsts()), keeps);
        if (fault.status().equals(HttpResponseStatus.FORBIDDEN)) {
            reportViolation(ctx, "a WebSocket request of another origin");
        }
    }

    /** Sends an answer; afterwards the connection waits for another request, or is closed. */
    private void send(ChannelHandlerContext ctx, HttpRequest head, FullHttpResponse response, boolean keeps) {
        isAnswering = true;
        // The answer to a HEAD says how long the content would be.
        if (!response.status().equals(HttpResponseStatus.NOT_MODIFIED)
                && !response.headers().contains(HttpHeaderNames.CONTENT_LENGTH)) {
            response.headers()
                    .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
        }
        HttpUtil.setKeepAlive(response.headers(), head.protocolVersion(), keeps);
        ctx.writeAndFlush(response).addListener(done -> sent(ctx, keeps));
    }

    private void sent(ChannelHandlerContext ctx, boolean keeps) {
        isAnswering = false;
        if (!keeps) {
            end();
        } else if (!isOver) {
            idle = ctx.executor().schedule(this::end, IDLE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void end() {
        isOver = true;
        connection.session().finish("closed");
    }

    private void stopWaiting() {
        Future<?> pending = idle;
        if (pending != null) {
            pending.cancel(false);
            idle = null;
        }
    }

    private void upgrade(ChannelHandlerContext ctx, WebSocketRequest asked) {
        boolean isCompressed = asked.isCompressed();
        ctx.writeAndFlush(asked.response());
        WebSocketFrames frames = new WebSocketFrames(
                connection, isCompressed, connection.dialects().maxJson(), http.ping());
        connection.speak(connection.dialects().webSocket(isCompressed), frames);
        // Removed last: the codec then passes on what was received after the request.
        ctx.pipeline().addAfter(ctx.name(), "frames", frames).remove(this);
        ctx.pipeline().remove(HttpServerCodec.class);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        FileExchange broken = exchange;
        if (broken != null) {
            broken.body().close();
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        stopWaiting();
    }
}
