package chatd.client.direct;

import chatd.client.talk.Download;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A file that another side offers on a stream and, once accepted, its reception: the stream is read only as fast as the
 * disk can be written. A virtual thread handles the input in order, never the event loop.
 */
public final class FileOffer extends ChannelInboundHandlerAdapter {
    /** Bytes read at a time. */
    private static final int READ_BYTES = 1 << 16;

    /** Number of bytes waiting for the disk above which the stream is not read. */
    private static final int MAX_QUEUED = 4 << 20;

    private final AtomicLong queued = new AtomicLong();

    /** What has arrived in the current read of the socket. Event loop. */
    private final ByteArrayOutputStream pendingBytes = new ByteArrayOutputStream();

    private final long user;
    private final BiConsumer<Long, FileOffer> offered;
    private final ExecutorService worker =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private @Nullable ChannelHandlerContext stream;
    private FileLine.@Nullable Start start;
    private @Nullable Download download;
    private @Nullable Result result;
    private long bytesLeft;

    /** Receives the result of a reception. */
    public interface Result {
        /**
         * @param whole where the file is; null if it was interrupted, and can be resumed later, or could not be written
         */
        void ended(@Nullable Path whole, String why);
    }

    /**
     * @param offered called on a virtual thread when the offer has arrived; answered by {@link #accept} or {@link
     *     #decline}
     */
    FileOffer(long user, BiConsumer<Long, FileOffer> offered) {
        this.user = user;
        this.offered = offered;
    }

    public String name() {
        FileLine.Start found = start;
        return found == null ? "" : found.name();
    }

    /** Returns the size in bytes. */
    public long size() {
        FileLine.Start found = start;
        return found == null ? 0 : found.size();
    }

    /** Returns the key under which the file can be resumed: the same for the same file from the same user. */
    public String key() {
        FileLine.Start found = start;
        String all = user + "\n" + (found == null ? "" : found.size() + "\n" + found.modified() + "\n" + found.name());
        byte[] digest = Download.sha256().digest(all.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest, 0, 16);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        stream = ctx;
        ctx.channel().config().setOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf bytes) {
            // Copied, since a buffer that is hardly filled takes as much memory as a full one.
            pendingBytes.writeBytes(ByteBufUtil.getBytes(bytes));
            bytes.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        byte[] received = pendingBytes.toByteArray();
        pendingBytes.reset();
        int length = received.length;
        if (queued.addAndGet(length) > MAX_QUEUED) {
            ctx.channel().config().setAutoRead(false);
        }
        runOnWorker(ctx, () -> {
            handleBytes(ctx, received);
            queued.addAndGet(-length);
            // On the event loop, where it is also switched off: otherwise the two could take effect in the wrong order.
            ctx.executor().execute(() -> {
                if (queued.get() <= MAX_QUEUED / 2) {
                    ctx.channel().config().setAutoRead(true);
                }
            });
        });
    }

    /** Handles the end of the other side's input: closes the stream unless this side still has something to send. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event instanceof ChannelInputShutdownReadComplete) {
            runOnWorker(ctx, () -> {
                if (result != null || start == null) {
                    var _ = ctx.close();
                }
            });
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        worker.execute(() -> ended(null, TransferInterrupted.TEXT));
        worker.shutdown();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        var _ = ctx.close();
    }

    /**
     * Runs a task on the worker; an unexpected exception ends the reception, rather than leaving a hole in the file.
     */
    private void runOnWorker(ChannelHandlerContext ctx, Runnable what) {
        worker.execute(() -> {
            try {
                what.run();
            } catch (RuntimeException e) {
                ended(null, "Internal error: " + e + ".");
                var _ = ctx.close();
            }
        });
    }

    private void handleBytes(ChannelHandlerContext ctx, byte[] bytes) {
        int at = 0;
        Download into = download;
        if (into != null && bytesLeft > 0) {
            at = (int) Math.min(bytesLeft, bytes.length);
            into.write(bytes, at);
            bytesLeft -= at;
        }
        for (; at < bytes.length; at++) {
            if (bytes[at] == '\n') {
                handleLine(ctx, line.toByteArray());
                line.reset();
            } else if (line.size() < FileLine.MAX_BYTES) {
                line.write(bytes[at]);
            } else {
                var _ = ctx.close();
                return;
            }
        }
    }

    private void handleLine(ChannelHandlerContext ctx, byte[] received) {
        Optional<FileLine> read = FileLine.read(received);
        Download into = download;
        if (start == null && read.isPresent() && read.get() instanceof FileLine.Start offer) {
            start = offer;
            offered.accept(user, this);
        } else if (into != null
                && bytesLeft == 0
                && read.isPresent()
                && read.get() instanceof FileLine.End(String sha256)) {
            stored(ctx, into, sha256);
        } else {
            var _ = ctx.close();
        }
    }

    private void stored(ChannelHandlerContext ctx, Download into, String sha256) {
        into.complete(sha256);
        try {
            Path whole = into.whole();
            write(ctx, new FileLine.Stored(whole != null));
            ended(whole, "");
        } catch (IOException e) {
            write(ctx, new FileLine.Stored(false));
            ended(null, String.valueOf(e.getMessage()));
        }
    }

    private void ended(@Nullable Path whole, String why) {
        Result found = result;
        Download into = download;
        result = null;
        download = null;
        try {
            if (into != null) {
                into.close();
            }
        } catch (IOException e) {
            // Nothing can be done about it.
        }
        if (found != null) {
            found.ended(whole, why);
        }
    }

    private static void write(ChannelHandlerContext ctx, FileLine line) {
        var _ = ctx.writeAndFlush(Unpooled.wrappedBuffer(line.line()));
    }

    /** Accepts the file, resuming it where it stopped before. Any thread. */
    public void accept(Download into, Result whenEnded) {
        try {
            worker.execute(() -> receive(into, whenEnded));
        } catch (RejectedExecutionException e) {
            // Its stream has ended meanwhile.
            whenEnded.ended(null, TransferInterrupted.TEXT);
        }
    }

    private void receive(Download into, Result whenEnded) {
        ChannelHandlerContext ctx = stream;
        if (ctx == null || download != null) {
            whenEnded.ended(null, TransferInterrupted.TEXT);
            return;
        }
        result = whenEnded;
        try {
            long offset = into.resume(name(), size(), key());
            bytesLeft = size() - offset;
            download = into;
            write(ctx, new FileLine.Accepted(offset));
        } catch (IOException e) {
            write(ctx, new FileLine.Declined());
            ended(null, "It can't be written: " + e.getMessage());
        }
    }

    /** Cancels the reception; what has arrived is kept. Any thread. */
    public void cancel() {
        ChannelHandlerContext ctx = stream;
        if (ctx != null) {
            var _ = ctx.close();
        }
    }

    /** Declines the file. Any thread. */
    public void decline() {
        ChannelHandlerContext ctx = stream;
        if (ctx != null) {
            write(ctx, new FileLine.Declined());
        }
    }
}
