package chatd.client.direct;

import chatd.client.talk.Download;
import chatd.client.talk.item.FileToSend;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.LongConsumer;

/**
 * Sends a file from disk on a stream of its own: offers it, resumes where the other side has stopped, and waits until
 * it is stored there. The handler receives the answers; {@link #run} is called by another thread, and blocks.
 */
final class FileSending extends SimpleChannelInboundHandler<ByteBuf> {
    private static final int CHUNK = 1 << 16;

    /** Maximum number of chunks handed to QUIC that it has not sent yet. */
    private static final int IN_FLIGHT = 32;

    private final FileToSend file;

    /** Lines from the other side; an empty one when the stream has ended. */
    private final BlockingQueue<byte[]> lines = new LinkedBlockingQueue<>();

    private final Semaphore freeChunks = new Semaphore(IN_FLIGHT);

    FileSending(FileToSend file) {
        this.file = file;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf line) {
        lines.add(ByteBufUtil.getBytes(line));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event instanceof ChannelInputShutdownReadComplete) {
            var _ = ctx.close();
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        lines.add(new byte[0]);
        freeChunks.release(IN_FLIGHT);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        var _ = ctx.close();
    }

    private FileLine answer() throws IOException, InterruptedException {
        byte[] line = lines.take();
        return FileLine.read(line).orElseThrow(TransferInterrupted::new);
    }

    /**
     * Sends the file. Blocks until the other side has stored it.
     *
     * @param progress receives how many bytes have arrived or are in flight
     * @return whether it was accepted; false if it was declined
     * @throws IOException if the transfer was interrupted, or the file has changed meanwhile
     */
    boolean run(QuicStreamChannel stream, LongConsumer progress) throws IOException, InterruptedException {
        try (FileChannel from = FileChannel.open(file.path(), StandardOpenOption.READ)) {
            long modified = Files.getLastModifiedTime(file.path()).toMillis();
            write(stream, new FileLine.Start(file.name(), file.size(), modified));
            if (!(answer() instanceof FileLine.Accepted(long offset))) {
                return false;
            }
            if (offset < 0 || offset > file.size()) {
                throw new IOException("The other side asks for an offset beyond the end of the file.");
            }
            MessageDigest digest = Download.sha256();
            byte[] bytes = new byte[CHUNK];
            long at = 0;
            while (at < file.size()) {
                int read = from.read(ByteBuffer.wrap(bytes, 0, (int) Math.min(CHUNK, file.size() - at)));
                if (read < 0) {
                    throw new IOException(file.name() + " has become shorter meanwhile.");
                }
                digest.update(bytes, 0, read);
                int skipped = Math.clamp(offset - at, 0, read);
                at += read;
                if (skipped < read) {
                    freeChunks.acquire();
                    if (!stream.isActive()) {
                        throw new TransferInterrupted();
                    }
                    var _ = stream.writeAndFlush(Unpooled.copiedBuffer(bytes, skipped, read - skipped))
                            .addListener(sent -> freeChunks.release());
                    progress.accept(at);
                }
            }
            write(stream, new FileLine.End(HexFormat.of().formatHex(digest.digest())));
            if (answer() instanceof FileLine.Stored(boolean isWhole) && isWhole) {
                return true;
            }
            throw new IOException(file.name() + " did not arrive whole; was it changed meanwhile? Send it again.");
        } catch (ClosedByInterruptException e) {
            boolean _ = Thread.interrupted();
            throw new InterruptedException("while the file was read");
        } finally {
            var _ = stream.close();
        }
    }

    private static void write(QuicStreamChannel stream, FileLine line) {
        var _ = stream.writeAndFlush(Unpooled.wrappedBuffer(line.line()));
    }
}
