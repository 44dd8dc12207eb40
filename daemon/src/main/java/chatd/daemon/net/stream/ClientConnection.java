package chatd.daemon.net.stream;

import static java.util.Objects.requireNonNull;

import chatd.audit.event.AuditEvent;
import chatd.daemon.dispatch.Dispatcher;
import chatd.daemon.dispatch.Inbox;
import chatd.daemon.net.tls.ClientName;
import chatd.daemon.net.tls.Dialects;
import chatd.daemon.net.tls.TlsFailure;
import chatd.daemon.session.Session;
import chatd.daemon.session.Transport;
import chatd.daemon.trail.AuditTrail;
import chatd.protocol.Dialect;
import chatd.protocol.MalformedFrame;
import chatd.protocol.MessageReader;
import chatd.protocol.command.Command;
import chatd.protocol.command.FileCommand;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One client connection: decodes received bytes into commands for the inbox, no faster than commands complete; its
 * {@link Output} writes the outbox's frames. On its event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // failures of close show in the channel's own end
public final class ClientConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LogManager.getLogger(ClientConnection.class);

    /** Commands after which the other connections of the event loop have their turn. */
    private static final int TURN = 32;

    private static final Duration SHARE_RETRY = Duration.ofMillis(50);

    private MessageReader<Command> reader;
    private final ConfiguredDialects spoken;
    private final Dispatcher dispatcher;
    private final AuditTrail audit;
    private final Deadlines deadlines;
    private final Rate rate;
    private final ReceiveBuffer receiveBuffer;
    private final LoopTasks tasks;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Session session;
    private @Nullable Inbox inbox;
    /** Run once, after login or when the connection is gone; null once run. */
    private @Nullable Runnable onLoginOrClose;

    /** A violation of the carrier's rules; judged once everything received before it was decoded. */
    private @Nullable MalformedFrame carrierViolation;

    private final ConnectionState state = new ConnectionState();
    private final Output output;
    private boolean isTicking;
    private boolean isRecognised;
    private boolean isServing;
    private boolean isYielding;
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
        this.output = new Output(state, grant.linger(), tasks);
        this.onLoginOrClose = grant.onLoginOrClose();
        this.tasks = tasks;
    }

    /** Sets the session of this connection; called before this handler is added to the pipeline. */
    public void setSession(Session carried) {
        session = carried;
        output.setSession(carried);
        inbox = new Inbox(carried, dispatcher, () -> tasks.add(this::resume));
    }

    /** Returns what sends the session's output. */
    public Transport output() {
        return output;
    }

    /** Returns the dialects that this connection may speak. */
    public Dialects dialects() {
        return spoken.dialects();
    }

    public Session session() {
        return requireNonNull(session);
    }

    private Inbox inbox() {
        return requireNonNull(inbox);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        output.begin(ctx);
        tickLater();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        switch (event) {
            case SslHandshakeCompletionEvent handshake
            when handshake.isSuccess() -> {
                state.secure();
                speak(ctx.pipeline().get(SslHandler.class).applicationProtocol());
                ClientName.of(ctx.pipeline().get(SslHandler.class)).ifPresent(session()::certificateName);
                dispatcher.opened(session());
            }
            case SslHandshakeCompletionEvent handshake -> {
                state.ignoreInput();
                String why = TlsFailure.reason(handshake.cause());
                audit.logCoalescedLater(
                        "tls " + why, session(), new AuditEvent.TlsFailed(AuditTrail.peer(session()), why));
                ctx.close();
            }
            case MalformedFrame violation -> {
                carrierViolation = violation;
                decode(ctx);
            }
            case EndOfInput end -> handleEndOfInput(state.peerDone(), ctx);
            case SslCloseCompletionEvent closed -> handleEndOfInput(state.peerDone(), ctx);
            case ChannelInputShutdownEvent closed when state.isShut() -> ctx.close();
            case ChannelInputShutdownEvent closed -> handleEndOfInput(state.peerGone(), ctx);
            default -> ctx.fireUserEventTriggered(event);
        }
    }

    /** Sets the dialect selected by ALPN; {@code chat/1} if the client offered none. */
    private void speak(@Nullable String name) {
        speak(spoken.dialects().named(name), Goodbye.NONE);
    }

    /**
     * Sets the dialect, and what is sent before the connection is closed. Called before anything of the dialect is
     * received or sent.
     */
    public void speak(Dialect dialect, Goodbye goodbye) {
        reader = dialect.commandReader();
        session().setDialect(dialect);
        output.setGoodbye(goodbye);
    }

    /** Fired as an event by a carrier whose peer has announced the end of its input. */
    public record EndOfInput() {}

    /** Records that the peer has sent a complete request of its carrier. */
    public void requested() {
        deadlines.packet();
    }

    /**
     * Records that a request of the carrier has authenticated its sender: the peer then counts as
     * logged in.
     */
    public void recognised() {
        isRecognised = true;
        releaseLoginSlot();
    }

    /**
     * Sets whether a request of the carrier is being carried out: it has limits of its own, and
     * after the end of input the connection ends once it is done.
     */
    public void setServing(boolean isServing) {
        this.isServing = isServing;
        if (!isServing && !state.isPeerSending()) {
            resume();
        }
        tickLater();
    }

    /** Reads on, or pauses, while a request of the carrier is being carried out. */
    public void setReading(boolean on) {
        listen(requireNonNull(context), on);
    }

    /** Returns whether further input is ignored. */
    public boolean isIgnoringInput() {
        return state.isIgnoringInput();
    }

    /** Logs a violation of the protocol and closes the connection, after the commands before it. */
    private void violated(MalformedFrame violation) {
        if (state.isIgnoringInput()) {
            return;
        }
        state.ignoreInput();
        inbox().violated(violation);
    }

    /** Handles the end of input; bytes already received are still decoded, at the pace at which commands complete. */
    private void handleEndOfInput(boolean wasSending, ChannelHandlerContext ctx) {
        if (wasSending && !state.isIgnoringInput()) {
            decode(ctx);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (state.isIgnoringInput()) {
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
        int taken = 0;
        try {
            while (!state.isIgnoringInput() && !paused) {
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
                pauseFor(rate.count(
                        command instanceof FileCommand.Piece ? 0 : 1,
                        size,
                        session().isLoggedIn() ? session().account() : 0));
                if (++taken == TURN) {
                    yieldTurn();
                }
                paused = isPaused();
            }
        } catch (MalformedFrame e) {
            violated(e);
        }
        if (state.isIgnoringInput()) {
            receiveBuffer.release();
        } else if (!receiveBuffer.makeRoom(reader.bytesToReserve(), ctx.alloc())) {
            pauseFor(SHARE_RETRY.toNanos());
        }
        if (!state.isIgnoringInput() && !paused && !isPaused()) {
            if (carrierViolation != null) {
                violated(carrierViolation);
                receiveBuffer.release();
            } else if (!state.isPeerSending() && !isServing) {
                state.ignoreInput();
                inbox().end();
            }
        }
        listen(ctx, state.isIgnoringInput() || !isPaused());
        tickLater();
    }

    /** Lets the other connections of the event loop have their turn, and continues after it. */
    private void yieldTurn() {
        isYielding = true;
        // Not at once: the loop would carry that out before it looks at the other sockets.
        loopLater(
                () -> {
                    isYielding = false;
                    resume();
                },
                Duration.ofNanos(1));
    }

    private void listen(ChannelHandlerContext ctx, boolean on) {
        // After the peer's half-close everything was read, and Netty's epoll may have dropped the channel for good.
        if (!state.isPeerGone()) {
            ctx.channel().config().setAutoRead(on);
        }
    }

    /**
     * Returns whether to pause decoding: for the turn of others, for the rate limit, for room in the inbox, and before login
     * for each answer, since it decides which commands may follow.
     */
    private boolean isPaused() {
        return isYielding
                || pausedUntil - System.nanoTime() > 0
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
        if (ctx != null && !state.isIgnoringInput() && ctx.channel().isActive()) {
            decode(ctx);
        }
    }

    private void tickLater() {
        if (!isTicking && !state.isIgnoringInput() && (!isKnown() || isMidFrame())) {
            isTicking = true;
            loopLater(this::tick, Deadlines.TICK);
        }
    }

    private boolean isKnown() {
        return isRecognised || session().isLoggedIn();
    }

    private boolean isMidFrame() {
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
        isTicking = false;
        if (session().isLoggedIn()) {
            releaseLoginSlot();
        }
        if (state.isIgnoringInput()) {
            return;
        }
        boolean isAnswerDue = isServing || inbox().isBusy() || isPaused() || receiveBuffer.waits();
        if (!isAnswerDue && deadlines.tick(isKnown(), isMidFrame(), reader.size())) {
            state.ignoreInput();
            audit.logCoalescedLater(
                    "timeout",
                    session(),
                    new AuditEvent.ConnectionRefused(session().addressText(), "timeout"));
            if (!reader.incompleteNotice().isEmpty()) {
                dispatcher.unfinished(session(), reader.incompleteNotice());
            }
            session().finish("timeout");
            return;
        }
        tickLater();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            output.drain();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        state.ignoreInput();
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
            LOG.error("CHATD-905 a connection failed", cause);
        }
        if (!state.isFinishing()) {
            ctx.close();
        }
    }

    private void loopLater(Runnable task, Duration delay) {
        requireNonNull(context).executor().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }
}
