package chatd.daemon.net.stream;

import static java.util.Objects.requireNonNull;

import chatd.daemon.session.Session;
import chatd.daemon.session.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The output of one connection: writes the outbox's frames, no faster than the peer reads, and closes the connection
 * when they are sent. On its event loop, except for {@link Transport}'s methods.
 */
@SuppressWarnings("FutureReturnValueIgnored") // if close or shutdown fails, the channel's closeFuture reports it
final class Output implements Transport {
    /**
     * Maximum time from {@link #finish} to the close: for the peer to read the pending output, and for the linger after
     * it.
     */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(4);

    private final ConnectionState state;
    private final Duration linger;
    private final LoopTasks tasks;
    private final Runnable drain = this::drain;
    private final AtomicBoolean draining = new AtomicBoolean();
    private @Nullable Session session;
    private @Nullable ChannelHandlerContext context;
    private Goodbye goodbye = Goodbye.NONE;

    Output(ConnectionState state, Duration linger, LoopTasks tasks) {
        this.state = state;
        this.linger = linger;
        this.tasks = tasks;
    }

    void setSession(Session carried) {
        session = carried;
    }

    void begin(ChannelHandlerContext ctx) {
        context = ctx;
    }

    /** Sets what is sent before the close. */
    void setGoodbye(Goodbye last) {
        goodbye = last;
    }

    private Session session() {
        return requireNonNull(session);
    }

    @Override
    public void flush() {
        if (draining.compareAndSet(false, true)) {
            tasks.add(drain);
        }
    }

    /** Writes as many frames as the socket takes. */
    void drain() {
        draining.set(false);
        ChannelHandlerContext ctx = context;
        if (ctx == null || state.isShut()) {
            return;
        }
        boolean wrote = false;
        while (ctx.channel().isWritable()) {
            ByteBuf frame = session().output().nextFrame();
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
            session().output().blocked(pending.totalPendingWriteBytes());
        } else {
            session().output().unblocked();
            if (pending != null && state.isFinishing() && session().output().isAllSent()) {
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
                if (!state.isSecured()) {
                    ctx.close();
                    return;
                }
                if (!state.isPeerGone()) {
                    ctx.channel().config().setAutoRead(true);
                }
                closeLater(ctx, CLOSE_TIMEOUT);
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
        ctx.writeAndFlush(goodbye.bytes(session()))
                .addListener(written -> tls.closeOutbound().addListener(closed -> {
                    session().output().saidGoodbye();
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
            state.ignoreInput();
            ChannelHandlerContext ctx = context;
            if (ctx != null) {
                // Bypasses TLS, which would delay the close by up to a second for unwritten data.
                ChannelHandlerContext tls = ctx.pipeline().context(SslHandler.class);
                (tls == null ? ctx : tls).close();
            }
        });
    }

    /** Schedules a close; the timer is cancelled when the channel closes earlier, so that it does not retain it. */
    private static void closeLater(ChannelHandlerContext ctx, Duration delay) {
        Future<?> timer = ctx.executor().schedule(() -> ctx.close(), delay.toNanos(), TimeUnit.NANOSECONDS);
        ctx.channel().closeFuture().addListener(closed -> timer.cancel(false));
    }
}
