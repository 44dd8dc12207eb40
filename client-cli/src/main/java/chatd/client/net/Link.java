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
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A connection to the daemon, in one dialect: commands out, events in. One thread may write while another reads. */
public final class Link implements Closeable {
    private static final int CHUNK = 1 << 16;

    /**
     * Maximum size of a frame held in memory, in bytes: enough for the roster of a million users, and far more than any
     * text.
     */
    private static final long MAX_FRAME_BYTES = 40L << 20;

    private final Dialect dialect;
    private final TlsConnection connection;
    private final InputStream in;
    private final OutputStream out;
    private final MessageReader<Event> reader;
    private final ByteBuf received = Unpooled.buffer(CHUNK);

    private Link(TlsConnection connection, Dialect dialect) throws IOException {
        this.connection = connection;
        this.dialect = dialect;
        this.reader = dialect.eventReader();
        this.in = connection.socket().getInputStream();
        this.out = connection.socket().getOutputStream();
    }

    /** Connects to one server, in one of several dialects. Thread-safe. */
    public static final class Connector {
        private final Address server;
        private final Trust trust;
        private final @Nullable OwnCertificate own;
        private final List<Dialect> dialects;
        private final AtomicReference<@Nullable FutureTask<Link>> ahead = new AtomicReference<>();

        /**
         * @param own presented if the server asks for one; null for none
         * @param dialects the dialects to offer, the preferred one first
         */
        public Connector(Address server, Trust trust, @Nullable OwnCertificate own, List<Dialect> dialects) {
            this.server = server;
            this.trust = trust;
            this.own = own;
            this.dialects = List.copyOf(dialects);
        }

        /** Returns a connector that offers only one of the dialects. */
        public Connector speaking(String dialect) {
            return new Connector(
                    server,
                    trust,
                    own,
                    dialects.stream().filter(one -> one.name().equals(dialect)).toList());
        }

        /** Returns the server's name or address, without brackets. */
        public String host() {
            return server.host();
        }

        /** Returns whether a dialect is offered. */
        public boolean offers(String dialect) {
            return dialects.stream().anyMatch(one -> one.name().equals(dialect));
        }

        /** Starts connecting at once, on a thread of its own; the next call of {@link #connect} gets that link. */
        public void connectAhead() {
            FutureTask<Link> first = new FutureTask<>(this::connectNow);
            ahead.set(first);
            Thread.ofPlatform().daemon().name("connect").start(first);
        }

        /**
         * Connects, and checks the server's certificate.
         *
         * @throws UnknownServer if the user may decide whether to trust the server
         * @throws ClientFailure if nobody answers, or the certificate is not trusted
         */
        public Link connect() throws UnknownServer {
            FutureTask<Link> first = ahead.getAndSet(null);
            return first == null ? connectNow() : await(first);
        }

        /** Connects for a request about a file; otherwise like {@link #connect}. */
        public FileLink connectForFile() throws UnknownServer {
            return FileLink.connect(server, trust, own);
        }

        private Link connectNow() throws UnknownServer {
            TlsConnection connection = TlsConnection.connect(
                    server, trust, own, dialects.stream().map(Dialect::name).toList());
            Dialect agreed = dialects.stream()
                    .filter(one -> one.name().equals(connection.dialect()))
                    .findFirst()
                    .orElseThrow();
            try {
                return new Link(connection, agreed);
            } catch (IOException e) {
                connection.abort();
                throw new ClientFailure(
                        ClientFailure.NO_SERVER, "The connection to " + server.server() + " broke off.");
            }
        }

        private static Link await(FutureTask<Link> first) throws UnknownServer {
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
    }

    /** Thrown if the input is not of the dialect that was negotiated. */
    public static final class MalformedInput extends IOException {
        private static final long serialVersionUID = 1L;

        MalformedInput(String text, Throwable cause) {
            super(text, cause);
        }
    }

    /** See {@link TlsConnection#prepare}. */
    public static void prepare() {
        TlsConnection.prepare();
    }

    /** Returns the name of the dialect spoken. */
    public String dialect() {
        return dialect.name();
    }

    /**
     * Sends commands with one flush; of a file, only its header.
     *
     * @throws IllegalArgumentException if a value does not fit its packet; nothing of that command has been sent
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
                throw connection.lossException(e);
            }
        }
    }

    /**
     * Sends a file: its header, then its content as it is read. A file once begun can't be withdrawn: a caller that
     * gives up must close the link.
     *
     * @param sent called after each chunk with the bytes sent so far; may throw to give up
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
     * Returns the next event; blocks.
     *
     * @return the event; null if the server closed the connection cleanly
     * @throws MalformedInput if the input is not of the dialect; its message is a sentence
     * @throws IOException if the connection is lost; its message is a sentence
     */
    public @Nullable Event next() throws IOException {
        while (true) {
            try {
                Event event = reader.next(received, true);
                if (event != null) {
                    return event;
                }
            } catch (MalformedFrame e) {
                throw new MalformedInput(
                        "What it sent is not " + dialect.name() + ": "
                                + e.reason().replaceFirst("\\.$", "") + ".",
                        e);
            }
            if (reader.bytesToReserve() > MAX_FRAME_BYTES) {
                throw new IOException(
                        "The server sent a packet of " + reader.bytesToReserve() + " bytes, which is too long.");
            }
            received.discardSomeReadBytes();
            try {
                if (received.writeBytes(in, CHUNK) < 0) {
                    return null;
                }
                connection.recordHeard();
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                throw connection.lossException(e);
            }
        }
    }

    /** Like {@link #next()}, but also returns null if nothing arrives within {@code timeout}. */
    public @Nullable Event next(Duration timeout) throws IOException {
        return connection.readWithTimeout(timeout, this::next);
    }

    /** Closes the connection cleanly; may wait for a write in progress. */
    @Override
    public void close() {
        connection.close();
    }

    /** Returns whether this machine has lost the connection's local address, so that no answer can arrive. */
    public boolean isStranded() {
        return connection.isStranded();
    }

    /** Closes the connection at once, even during a write. May be called from any thread. */
    public void abort() {
        connection.abort();
    }
}
