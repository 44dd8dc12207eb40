package chatd.daemon.net.stream;

import static java.util.Objects.requireNonNull;

import chatd.audit.event.AuditEvent;
import chatd.daemon.dispatch.Dispatcher;
import chatd.daemon.dispatch.Inbox;
import chatd.daemon.journal.AuditTrail;
import chatd.daemon.net.tls.ClientName;
import chatd.daemon.net.tls.TlsFailure;
import chatd.daemon.session.Session;
import chatd.daemon.session.Transport;
import chatd.protocol.Dialect;
import chatd.protocol.MalformedFrame;
import chatd.protocol.MessageReader;
import chatd.protocol.command.Command;
import chatd.protocol.command.FileCommand;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One client connection: decodes received bytes into commands for the inbox, and writes the outbox's frames. Applies
 * back-pressure both ways: reads no faster than commands complete, and writes no faster than the peer reads. On its
 * event loop, except for {@link Transport}'s methods.
 */
@SuppressWarnings("FutureReturnValueIgnored") // failures of close and shutdown show in the channel's own end
public final class ClientConnection extends ChannelInboundHandlerAdapter implements Transport {
    private static final Logger LOG = LogManager.getLogger(ClientConnection.class);

    /**
     * Maximum time from {@link #finish} to the close: for the peer to read the pending output, and for the linger after
     * it.
     */
    private static final Duration FAREWELL = Duration.ofSeconds(4);

    private static final Duration SHARE_RETRY = Duration.ofMillis(50);

    private MessageReader<Command> reader;
    private final ConfiguredDialects spoken;
    private final Dispatcher dispatcher;
    private final AuditTrail audit;
    private final Deadlines deadlines;
    private final Rate rate;
    private final ReceiveBuffer receiveBuffer;
    private final Duration linger;
    private final LoopTasks tasks;
    private final Runnable drain = this::drain;
    private final AtomicBoolean draining = new AtomicBoolean();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Session session;
    private @Nullable Inbox inbox;
    /** Run once, after login or when the connection is gone; null once run. */
    private @Nullable Runnable onLoginOrClose;

    private final ConnectionState state = new ConnectionState();
    private boolean secured;
    private boolean ticking;
    private long pausedUntil = System.nanoTime();

    /**
     * The limits and shared resources of a connection.
     *
     * @param isExempt whether it is exempt from the limits per network
     * @param onLoginOrClose run once, after login or when the connection is gone
     * @param linger how long after the last output the peer's remaining input is discarded, before the close; the whole
     *     takes 4 s at most
     */
    public record Grant(
            Deadlines deadlines,
            Rate rate,
            LargeFrames largeFrames,
            boolean isExempt,
            Runnable onLoginOrClose,
            Duration linger) {}

    public ClientConnection(
            ConfiguredDialects spoken, Dispatcher dispatcher, AuditTrail audit, Grant grant, LoopTasks tasks) {
        this.spoken = spoken;
        this.reader = spoken.dialects().named(null).commandReader();
        this.dispatcher = dispatcher;
        this.audit = audit;
        this.deadlines = grant.deadlines();
        this.rate = grant.rate();
        this.receiveBuffer =
                new ReceiveBuffer(grant.largeFrames().share(() -> session().holders(grant.isExempt())));
        this.linger = grant.linger();
        this.onLoginOrClose = grant.onLoginOrClose();
        this.tasks = tasks;
    }

    /** Sets the session of this connection; called before this handler is added to the pipeline. */
    public void carry(Session carried) {
        session = carried;
        inbox = new Inbox(carried, dispatcher, () -> tasks.add(this::resume));
    }

    private Session session() {
        return requireNonNull(session);
    }

    private Inbox inbox() {
        return requireNonNull(inbox);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        tickLater();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        switch (event) {
            case SslHandshakeCompletionEvent handshake
            when handshake.isSuccess() -> {
                secured = true;
                speak(ctx.pipeline().get(SslHandler.class).applicationProtocol());
                ClientName.of(ctx.pipeline().get(SslHandler.class)).ifPresent(session()::certificateName);
                dispatcher.opened(session());
            }
            case SslHandshakeCompletionEvent handshake -> {
                state.deafen();
                String why = TlsFailure.reason(handshake.cause());
                audit.soon("tls " + why, session(), new AuditEvent.TlsFailed(AuditTrail.peer(session()), why));
                ctx.close();
            }
            case SslCloseCompletionEvent closed -> nothingMoreComes(state.peerDone(), ctx);
            case ChannelInputShutdownEvent closed when state.isShut() -> ctx.close();
            case ChannelInputShutdownEvent closed -> nothingMoreComes(state.peerGone(), ctx);
            default -> ctx.fireUserEventTriggered(event);
        }
    }

    /** Sets the dialect selected by ALPN; {@code chat/1} if the client offered none. */
    private void speak(@Nullable String name) {
        Dialect dialect = spoken.dialects().named(name);
        reader = dialect.commandReader();
        session().speaks(dialect);
    }

    /** Handles the end of input; bytes already received are still decoded, at the pace at which commands complete. */
    private void nothingMoreComes(boolean wasSending, ChannelHandlerContext ctx) {
        if (wasSending && !state.isDeaf()) {
            decode(ctx);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (state.isDeaf()) {
            bytes.release();
            return;
        }
        deadlines.received(bytes.readableBytes());
        receiveBuffer.add(bytes, ctx.alloc());
        decode(ctx);
    }

    private void decode(ChannelHandlerContext ctx) {
        ByteBuf in = receiveBuffer.bytes();
        // Checked once per round: a pause may end while this runs, with commands still in the buffer.
        boolean paused = isPaused();
        try {
            while (!state.isDeaf() && !paused) {
                int before = in.readableBytes();
                Command command = reader.next(in, session().isLoggedIn());
                if (command == null) {
                    break;
                }
                if (!reader.inFrame()) {
                    deadlines.packet();
                }
                int size = before - in.readableBytes();
                inbox().put(command, size, receiveBuffer.handOver());
                pauseFor(rate.count(command instanceof FileCommand.Piece ? 0 : 1, size));
                paused = isPaused();
            }
        } catch (MalformedFrame e) {
            state.deafen();
            inbox().violated(e);
        }
        if (state.isDeaf()) {
            receiveBuffer.release();
        } else if (!receiveBuffer.makeRoom(reader.bytesToReserve(), ctx.alloc())) {
            pauseFor(SHARE_RETRY.toNanos());
        }
        if (!state.isPeerSending() && !state.isDeaf() && !paused && !isPaused()) {
            state.deafen();
            inbox().end();
        }
        listen(ctx, state.isDeaf() || !isPaused());
        tickLater();
    }

    private void listen(ChannelHandlerContext ctx, boolean on) {
        // After the peer's half-close everything was read, and Netty's epoll may have dropped the channel for good.
        if (!state.isPeerGone()) {
            ctx.channel().config().setAutoRead(on);
        }
    }

    /**
     * Returns whether to pause decoding: for the rate limit, for room in the inbox, and before login for each answer,
     * since it decides which commands may follow.
     */
    private boolean isPaused() {
        return pausedUntil - System.nanoTime() > 0
                || inbox().isFull()
                || (!session().isLoggedIn() && inbox().isBusy());
    }

    private void pauseFor(long nanos) {
        if (nanos > 0) {
            pausedUntil = System.nanoTime() + nanos;
            loopLater(this::resume, Duration.ofNanos(nanos + 1_000_000));
        }
    }

    private void resume() {
        ChannelHandlerContext ctx = context;
        if (ctx != null && !state.isDeaf() && ctx.channel().isActive()) {
            decode(ctx);
        }
    }

    private void tickLater() {
        if (!ticking && !state.isDeaf() && (!session().isLoggedIn() || midFrame())) {
            ticking = true;
            loopLater(this::tick, Deadlines.TICK);
        }
    }

    private boolean midFrame() {
        return reader.inFrame() || receiveBuffer.isBegun();
    }

    /** Gives up the slot for connections that have not logged in, after login or at the end. On the event loop. */
    public void releaseLoginSlot() {
        Runnable due = onLoginOrClose;
        if (due != null) {
            onLoginOrClose = null;
            due.run();
        }
    }

    private void tick() {
        ticking = false;
        if (session().isLoggedIn()) {
            releaseLoginSlot();
        }
        if (state.isDeaf()) {
            return;
        }
        boolean owing = inbox().isBusy() || isPaused() || receiveBuffer.waits();
        if (!owing && deadlines.tick(session().isLoggedIn(), midFrame(), reader.size())) {
            state.deafen();
            audit.soon(
                    "timeout",
                    session(),
                    new AuditEvent.ConnectionRefused(session().addressText(), "timeout"));
            session().finish("timeout");
            return;
        }
        tickLater();
    }

    @Override
    public void flush() {
        if (draining.compareAndSet(false, true)) {
            tasks.add(drain);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            drain();
        }
    }

    private void drain() {
        draining.set(false);
        ChannelHandlerContext ctx = context;
        if (ctx == null || state.isShut()) {
            return;
        }
        boolean wrote = false;
        while (ctx.channel().isWritable()) {
            ByteBuf frame = session().nextFrame();
            if (frame == null) {
                break;
            }
            ctx.write(frame, ctx.voidPromise());
            wrote = true;
        }
        if (wrote) {
            ctx.flush();
        }
        ChannelOutboundBuffer pending = ctx.channel().unsafe().outboundBuffer();
        if (pending != null && !pending.isWritable()) {
            session().blocked(pending.totalPendingWriteBytes());
        } else {
            session().unblocked();
            if (pending != null && state.isFinishing() && session().isAllSent()) {
                shut(ctx);
            }
        }
    }

    @Override
    public void finish() {
        tasks.add(() -> {
            state.finish();
            ChannelHandlerContext ctx = context;
            if (ctx != null) {
                if (!secured) {
                    ctx.close();
                    return;
                }
                listen(ctx, true);
                closeLater(ctx, FAREWELL);
            }
            drain();
        });
    }

    /**
     * Closes the connection gracefully once all output is written: sends close_notify, shuts down output and discards
     * the remaining input, since a reset would destroy data that the peer has not read yet.
     */
    private void shut(ChannelHandlerContext ctx) {
        state.shut();
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(written -> tls.closeOutbound().addListener(closed -> {
                    if (state.isPeerGone()) {
                        ctx.close();
                    } else {
                        ((DuplexChannel) ctx.channel()).shutdownOutput();
                        closeLater(ctx, linger);
                    }
                }));
    }

    @Override
    public void abort() {
        tasks.add(() -> {
            state.deafen();
            ChannelHandlerContext ctx = context;
            if (ctx != null) {
                // Bypasses TLS, which would delay the close by up to a second for unwritten data.
                ChannelHandlerContext tls = ctx.pipeline().context(SslHandler.class);
                (tls == null ? ctx : tls).close();
            }
        });
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        state.deafen();
        receiveBuffer.handOver().run();
        session().connectionLost();
        inbox().close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        receiveBuffer.release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // TLS errors and disconnects are handled when the channel closes.
        if (!(cause instanceof IOException || cause instanceof DecoderException)) {
            LOG.error("a connection failed", cause);
        }
        if (!state.isFinishing()) {
            ctx.close();
        }
    }

    /** Schedules a close; the timer is cancelled when the channel closes earlier, so that it does not retain it. */
    private static void closeLater(ChannelHandlerContext ctx, Duration delay) {
        Future<?> timer = ctx.executor().schedule(() -> ctx.close(), delay.toNanos(), TimeUnit.NANOSECONDS);
        ctx.channel().closeFuture().addListener(closed -> timer.cancel(false));
    }

    private void loopLater(Runnable task, Duration delay) {
        requireNonNull(context).executor().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }
}
