package chatd.daemon.net.http;

import static java.util.Objects.requireNonNull;

import chatd.daemon.net.stream.ClientConnection;
import chatd.daemon.net.stream.Goodbye;
import chatd.daemon.session.Session;
import chatd.protocol.MalformedFrame;
import chatd.protocol.Utf8;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Carries a chat connection over a WebSocket (page {@code chat-json-1.md}, "Carriers"): passes what the client sends on
 * as lines, as it arrives, so that whatever has to wait does so in {@link ClientConnection}, within its limits. What the
 * daemon sends is framed by the dialect, once for all receivers. Answers pings, sends its own, and says goodbye. On the
 * connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // as in ClientConnection
final class WebSocketFrames extends ChannelDuplexHandler implements Goodbye {
    /** Maximum bytes passed on at once: after them, the connection may want to pause. */
    private static final int PIECE = 8 << 10;

    /** The highest code that a Close frame may have (RFC 6455, section 7.4). */
    private static final int LAST_CODE = 4_999;

    private static final int LONGEST_REASON = FrameHeader.MAX_CONTROL - 2;

    private final ClientConnection connection;
    private final Duration ping;
    private final FrameHeader head;

    /** Bytes received but not unpacked yet: those of one read, or of the few after which reading stopped. */
    private ByteBuf received = Unpooled.EMPTY_BUFFER;

    private boolean inPayload;
    /** Bytes of the payload unpacked so far. */
    private long unpacked;

    private byte[] control = new byte[0];
    private @Nullable Inflation inflation;
    private boolean isUnpacking;
    /** Set after the client's Close frame, or a violation: what follows is ignored. */
    private boolean isClosed;

    /** Events for the end of input that arrived while received bytes were still waiting. */
    private final List<Object> ends = new ArrayList<>();

    /** Whether the peer has shut its half: Netty's epoll may have dropped the channel, and a read would fail. */
    private boolean isShut;

    private @Nullable ChannelHandlerContext context;
    private @Nullable Future<?> timer;
    private long lastHeard = System.nanoTime();
    /** Whether nothing was heard since the last ping. */
    private boolean isPinged;
    /** The payload of the last ping, if the socket takes no answer yet. */
    private byte @Nullable [] pendingPong;

    /**
     * @param limit the maximum size of a message, in bytes
     * @param ping after how long a silence the client is pinged; it is then given as long to answer */
    WebSocketFrames(ClientConnection connection, boolean compression, int limit, Duration ping) {
        this.connection = connection;
        this.ping = ping;
        this.head = new FrameHeader(compression, limit);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        scheduleSilenceCheck(ping);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        drop();
        Future<?> pending = timer;
        if (pending != null) {
            pending.cancel(false);
        }
    }

    private void scheduleSilenceCheck(Duration time) {
        timer = requireNonNull(context)
                .executor()
                .schedule(this::checkSilence, Math.max(1, time.toNanos()), TimeUnit.NANOSECONDS);
    }

    private void checkSilence() {
        ChannelHandlerContext ctx = requireNonNull(context);
        Duration left = ping.minusNanos(System.nanoTime() - lastHeard);
        if (left.isPositive()) {
            scheduleSilenceCheck(left);
        } else if (!isPinged) {
            isPinged = true;
            ctx.writeAndFlush(frame(ctx, FrameHeader.PING, new byte[0]));
            scheduleSilenceCheck(ping);
        } else if (ctx.channel().config().isAutoRead()) {
            connection.session().abort("no answer to a ping");
        } else {
            // The answer may wait behind commands that are still under way.
            scheduleSilenceCheck(ping);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        lastHeard = System.nanoTime();
        isPinged = false;
        received = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), received, (ByteBuf) message);
        unpack(ctx);
    }

    /** Unpacks what was waiting; more is read only if the connection still wants it then. */
    @Override
    public void read(ChannelHandlerContext ctx) {
        unpack(ctx);
        if (!isShut && ends.isEmpty() && ctx.channel().config().isAutoRead()) {
            ctx.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslCloseCompletionEvent || event instanceof ChannelInputShutdownEvent) {
            isShut |= event instanceof ChannelInputShutdownEvent;
            ends.add(event);
            unpack(ctx);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    /** Unpacks received bytes until there are no more, or the connection wants none at the moment. */
    private void unpack(ChannelHandlerContext ctx) {
        if (isUnpacking) {
            // The connection asked for more while bytes were passed to it: the loop under way
            // continues.
            return;
        }
        isUnpacking = true;
        try {
            boolean going = true;
            while (going
                    && !isClosed
                    && !connection.isIgnoringInput()
                    && ctx.channel().config().isAutoRead()) {
                going = pass(ctx);
            }
            if (isClosed || connection.isIgnoringInput()) {
                drop();
                going = false;
            } else if (!received.isReadable()) {
                received.release();
                received = Unpooled.EMPTY_BUFFER;
            }
            if (!going) {
                ends.forEach(ctx::fireUserEventTriggered);
                ends.clear();
            }
        } catch (MalformedFrame e) {
            drop();
            isClosed = true;
            ctx.fireUserEventTriggered(e);
        } finally {
            isUnpacking = false;
        }
    }

    /** Passes a piece on; returns false if there was none. */
    private boolean pass(ChannelHandlerContext ctx) {
        ByteBuf lines = ctx.alloc().buffer(Math.min(PIECE, received.readableBytes()) + 1);
        boolean some = true;
        try {
            while (some && !isClosed && lines.readableBytes() < PIECE) {
                some = step(ctx, lines);
            }
        } finally {
            // What came before a violation is still passed on.
            if (lines.isReadable()) {
                ctx.fireChannelRead(lines);
            } else {
                lines.release();
            }
        }
        if (isClosed) {
            ctx.fireUserEventTriggered(new ClientConnection.EndOfInput());
        }
        return some;
    }

    /** Unpacks the next few bytes; returns false if more have to be received first. */
    private boolean step(ChannelHandlerContext ctx, ByteBuf lines) {
        Inflation current = inflation;
        if (current != null && current.inflate(lines)) {
            return true;
        }
        if (current != null && current.isOver()) {
            current.close();
            inflation = null;
            lines.writeByte('\n');
            return true;
        }
        if (!inPayload) {
            if (!head.read(received)) {
                return false;
            }
            inPayload = true;
            unpacked = 0;
            control = new byte[head.isControl() ? (int) head.length() : 0];
            if (head.isCompressed()) {
                inflation = new Inflation();
            }
        }
        int count = (int) Math.min(head.length() - unpacked, Math.min(received.readableBytes(), PIECE));
        if (count == 0 && head.length() > unpacked) {
            return false;
        }
        byte[] part = new byte[count];
        received.readBytes(part);
        head.unmask(part, unpacked);
        take(lines, part);
        unpacked += count;
        if (unpacked == head.length()) {
            inPayload = false;
            head.reset();
            if (head.isControl()) {
                handleControl(ctx);
            }
        }
        return true;
    }

    private void take(ByteBuf lines, byte[] part) {
        boolean isLast = unpacked + part.length == head.length() && head.isFinal();
        Inflation current = inflation;
        if (head.isControl()) {
            System.arraycopy(part, 0, control, (int) unpacked, part.length);
        } else if (current != null) {
            current.add(part, isLast);
        } else {
            append(lines, part, part.length);
            if (isLast) {
                lines.writeByte('\n');
            }
        }
    }

    /**
     * Appends part of a message to lines. A line feed within it becomes a carriage return: JSON
     * allows either as white space, and where it allows neither, the message is refused anyway.
     */
    static void append(ByteBuf lines, byte[] part, int count) {
        for (int i = 0; i < count; i++) {
            if (part[i] == '\n') {
                part[i] = '\r';
            }
        }
        lines.writeBytes(part, 0, count);
    }

    private void handleControl(ChannelHandlerContext ctx) {
        switch (head.opcode()) {
            case FrameHeader.PING -> {
                pendingPong = control;
                sendPong(ctx);
            }
            case FrameHeader.CLOSE -> {
                checkClose();
                isClosed = true;
            }
            default -> {}
        }
    }

    private void checkClose() {
        if (control.length == 0) {
            return;
        }
        int code = control.length == 1 ? 0 : (control[0] & 0xff) << 8 | (control[1] & 0xff);
        if (!WebSocketCloseStatus.isValidStatusCode(code) || code > LAST_CODE) {
            throw FrameHeader.broken("a Close frame without a valid code");
        }
        Utf8.decode(Arrays.copyOfRange(control, 2, control.length), "reason of a Close frame");
    }

    /**
     * Answers the last ping, if the socket takes the answer: a client that sends pings without
     * reading gets one answer.
     */
    private void sendPong(ChannelHandlerContext ctx) {
        byte[] pending = pendingPong;
        if (pending != null && ctx.channel().isWritable()) {
            pendingPong = null;
            ctx.writeAndFlush(frame(ctx, FrameHeader.PONG, pending));
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        sendPong(ctx);
        ctx.fireChannelWritabilityChanged();
    }

    private static ByteBuf frame(ChannelHandlerContext ctx, int kind, byte[] payload) {
        return ctx.alloc()
                .buffer(2 + payload.length)
                .writeByte(0x80 | kind)
                .writeByte(payload.length)
                .writeBytes(payload);
    }

    /** Returns a Close frame, with the reason if it is the client's fault. */
    @Override
    public ByteBuf bytes(Session session) {
        MalformedFrame violation = session.violation();
        byte[] reason = (violation == null ? "" : violation.reason()).getBytes(StandardCharsets.UTF_8);
        int length = Math.min(reason.length, LONGEST_REASON);
        byte[] payload = new byte[2 + length];
        int code = code(session, violation);
        payload[0] = (byte) (code >> 8);
        payload[1] = (byte) code;
        System.arraycopy(reason, 0, payload, 2, length);
        return frame(requireNonNull(context), FrameHeader.CLOSE, payload);
    }

    private static int code(Session session, @Nullable MalformedFrame violation) {
        if (violation == null) {
            return switch (session.endedBecause()) {
                case Session.VIOLATION -> WebSocketCloseStatus.POLICY_VIOLATION.code();
                case "server stopping" -> WebSocketCloseStatus.ENDPOINT_UNAVAILABLE.code();
                default -> WebSocketCloseStatus.NORMAL_CLOSURE.code();
            };
        }
        return switch (violation.kind()) {
            case MESSAGE -> WebSocketCloseStatus.POLICY_VIOLATION.code();
            case SIZE -> WebSocketCloseStatus.MESSAGE_TOO_BIG.code();
            case ENCODING -> WebSocketCloseStatus.INVALID_PAYLOAD_DATA.code();
            case FRAMING -> WebSocketCloseStatus.PROTOCOL_ERROR.code();
            case DATA -> WebSocketCloseStatus.INVALID_MESSAGE_TYPE.code();
        };
    }

    private void drop() {
        received.release();
        received = Unpooled.EMPTY_BUFFER;
        Inflation current = inflation;
        if (current != null) {
            current.close();
            inflation = null;
        }
    }
}
