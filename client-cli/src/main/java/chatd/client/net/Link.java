package chatd.client.net;

import chatd.protocol.Dialect;
import chatd.protocol.MalformedFrame;
import chatd.protocol.MessageReader;
import chatd.protocol.command.Command;
import chatd.protocol.command.FileCommand;
import chatd.protocol.event.Event;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A connection to the daemon, in one dialect: commands out, events in. One thread may write while another reads. */
public final class Link implements Closeable {
    private static final int CHUNK = 1 << 16;

    /** Of one frame that is held in memory: the roster of a million, and far more than any text. */
    private static final long LONGEST = 40L << 20;

    private final Dialect dialect;
    private final Secured secured;
    private final InputStream in;
    private final OutputStream out;
    private final MessageReader<Event> reader;
    private final ByteBuf received = Unpooled.buffer(CHUNK);

    private Link(Secured secured, Dialect dialect) throws IOException {
        this.secured = secured;
        this.dialect = dialect;
        this.reader = dialect.eventReader();
        this.in = secured.socket().getInputStream();
        this.out = secured.socket().getOutputStream();
    }

    /** Where links lead. */
    public interface To {
        /**
         * Connects, and checks who answers.
         *
         * @throws UnknownServer where a person may decide
         * @throws Failure where nobody answers, or the certificate is not to be believed
         */
        Link connect() throws UnknownServer;
    }

    /**
     * @param own shown where the server asks for one; null for none
     * @param dialect that is spoken
     */
    public static To to(Address server, Trust trust, @Nullable OwnCertificate own, Dialect dialect) {
        return () -> connect(server, trust, own, dialect);
    }

    /** As {@link Secured#prepare}. */
    public static void prepare() {
        Secured.prepare();
    }

    /** Connects now, beside whatever else there is to do; the first that asks for a link gets that one. */
    public static To ahead(To server) {
        FutureTask<Link> first = new FutureTask<>(server::connect);
        Thread.ofPlatform().daemon().name("connect").start(first);
        AtomicBoolean isTaken = new AtomicBoolean();
        return () -> isTaken.compareAndSet(false, true) ? taken(first) : server.connect();
    }

    private static Link taken(FutureTask<Link> first) throws UnknownServer {
        try {
            return first.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case UnknownServer unknown -> throw unknown;
                case ClientFailure failure -> throw failure;
                case null, default -> throw new IllegalStateException(e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientFailure(ClientFailure.NO_SERVER, "Interrupted.");
        }
    }

    private static Link connect(Address server, Trust trust, @Nullable OwnCertificate own, Dialect dialect)
            throws UnknownServer {
        Secured secured = Secured.connect(server, trust, own, dialect.name());
        try {
            return new Link(secured, dialect);
        } catch (IOException e) {
            secured.abort();
            throw new ClientFailure(ClientFailure.NO_SERVER, "The connection to " + server.server() + " broke off.");
        }
    }

    /**
     * Sends commands in one go; of a file the head alone.
     *
     * @throws IllegalArgumentException where a value fits no packet: nothing of that command has gone
     */
    public void send(List<Command> commands) throws IOException {
        synchronized (out) {
            try {
                for (Command command : commands) {
                    ByteBuf frame = dialect.write(command, UnpooledByteBufAllocator.DEFAULT);
                    try {
                        frame.readBytes(out, frame.readableBytes());
                    } finally {
                        frame.release();
                    }
                }
                out.flush();
            } catch (IOException e) {
                throw secured.lost(e);
            }
        }
    }

    /**
     * Sends a file: its head, then its content as it is read. What was begun can't be taken back: whoever gives up on
     * it closes the link.
     *
     * @param sent is told after each piece how many bytes have gone; it may throw to give up
     */
    public void send(FileCommand.SendFile head, InputStream content, LongConsumer sent) throws IOException {
        synchronized (out) {
            send(List.of(head));
            byte[] chunk = new byte[CHUNK];
            long left = head.size();
            while (left > 0) {
                int n = content.read(chunk, 0, (int) Math.min(chunk.length, left));
                if (n < 0) {
                    throw new IOException("the file became shorter while it was sent");
                }
                out.write(chunk, 0, n);
                left -= n;
                sent.accept(head.size() - left);
            }
            out.flush();
        }
    }

    /**
     * The next event; blocks.
     *
     * @return null where the server closed in good order
     * @throws IOException with a sentence, where the connection is lost, or what comes is not of the dialect
     */
    public @Nullable Event next() throws IOException {
        while (true) {
            try {
                Event event = reader.next(received, true);
                if (event != null) {
                    return event;
                }
            } catch (MalformedFrame e) {
                throw new IOException("The server does not speak " + dialect.name() + ": " + e.what() + ".", e);
            }
            if (reader.awaited() > LONGEST) {
                throw new IOException("The server sends a packet of " + reader.awaited() + " bytes.");
            }
            received.discardSomeReadBytes();
            try {
                if (received.writeBytes(in, CHUNK) < 0) {
                    return null;
                }
                secured.hear();
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                throw secured.lost(e);
            }
        }
    }

    /** Like {@link #next()}; null too where nothing comes for so long. */
    public @Nullable Event next(Duration patience) throws IOException {
        return secured.patiently(patience, this::next);
    }

    /** Ends it in good order; may wait for what is being written. */
    @Override
    public void close() {
        secured.close();
    }

    /** Ends it at once, from any thread, whatever is being written. */
    public void abort() {
        secured.abort();
    }
}
