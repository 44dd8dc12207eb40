package chatd.daemon.service;

import chatd.audit.AuditEvent;
import chatd.daemon.config.Config;
import chatd.daemon.session.Session;
import chatd.daemon.session.Shares;
import chatd.daemon.store.ContentStore;
import chatd.daemon.store.MessageStore;
import chatd.protocol.Code;
import chatd.protocol.Content;
import chatd.protocol.FileCommand;
import chatd.protocol.FileEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Files in and out (rule 7 of {@code chat-1.md}), a chunk at a time: what a transfer holds in memory does not depend on
 * the file's size. Methods run on the session's own thread, and block.
 */
public final class Files {
    private static final Logger LOG = LogManager.getLogger(Files.class);

    /** Of those that are a single chunk, and have a place of their own: what is kept of all of them. */
    private static final long SMALL_KIBIBYTES = 16 << 10;

    /** How long a file waits for room. */
    private static final Duration ROOM = Duration.ofSeconds(10);

    /** Bytes of a content that are read at once where {@linkplain Session.Answer#isTight memory is tight}. */
    private static final int SMALL_PIECE = 16 << 10;

    private final MessageStore messages;
    private final ContentStore contents;
    private final Messages sending;
    private final Directory directory;
    private final AuditTrail audit;
    private final Clock clock;
    private final Supplier<Config> config;
    private final Shares room;
    private final Shares smallRoom = new Shares(SMALL_KIBIBYTES);
    private final Map<Session, Upload> uploads = new ConcurrentHashMap<>();

    Files(
            MessageStore messages,
            ContentStore contents,
            Messages sending,
            Directory directory,
            AuditTrail audit,
            Clock clock,
            Supplier<Config> config) {
        this.messages = messages;
        this.contents = contents;
        this.sending = sending;
        this.directory = directory;
        this.audit = audit;
        this.clock = clock;
        this.config = config;
        this.room = new Shares(config.get().limits().uploads());
    }

    /** A file on its way in. One that was refused takes its bytes, and does nothing with them. */
    private final class Upload {
        private final String name;
        private final long size;
        private final @Nullable Recipients recipients;
        /** Of its place among those that are under way. */
        private final List<Object> holders;

        private final MessageDigest digest;
        private byte[] chunk = new byte[0];
        private int filled;
        private int position;
        private long content = -1;

        Upload(String name, long size, @Nullable Recipients recipients, List<Object> holders) {
            this.holders = holders;
            this.name = name;
            this.size = size;
            this.recipients = recipients;
            this.digest = ContentStore.digest();
        }

        void begin() {
            content = contents.begin(size, clock.instant());
            chunk = new byte[(int) Math.min(size, ContentStore.CHUNK)];
        }

        void take(ByteBuf bytes) {
            while (bytes.isReadable()) {
                int some = Math.min(bytes.readableBytes(), chunk.length - filled);
                bytes.readBytes(chunk, filled, some);
                filled += some;
                if (filled == chunk.length) {
                    flush();
                }
            }
        }

        private void flush() {
            if (filled > 0) {
                byte[] full = filled == chunk.length ? chunk : java.util.Arrays.copyOf(chunk, filled);
                digest.update(full);
                contents.append(content, position++, full);
                filled = 0;
            }
        }

        void end(Session session, Recipients to) throws InterruptedException {
            flush();
            sending.sendFile(session, to, name, content, size, digest.digest());
        }
    }

    /**
     * A file begins; its content follows by {@link #take}.
     *
     * @throws Refusal {@link Code#TOO_LARGE}, {@link Code#TOO_MANY}, {@link Code#NO_SUCH_USER}, {@link Code#NOT_ALLOWED} or
     *     {@link Code#BUSY}; what follows is then taken and dropped
     */
    public void begin(Session session, FileCommand.SendFile command) throws InterruptedException {
        Upload refused = new Upload(command.name(), command.size(), null, List.of());
        uploads.put(session, refused);
        audit.admit();
        long limit = config.get().limits().file();
        if (!(command.audience() instanceof chatd.protocol.Audience.TooMany) && command.size() > limit) {
            throw new Refusal(
                    Code.TOO_LARGE,
                    "The file has %d bytes; %d is the most. It was not sent.".formatted(command.size(), limit));
        }
        Recipients recipients = sending.recipients(session, command.audience());
        List<Object> holders = session.holders(config.get().isExempt(session.address()));
        boolean hasRoom = isSmall(command.size())
                ? smallRoom.take(kibibytes(command.size()), holders, ROOM)
                : room.take(1, holders, ROOM);
        if (!hasRoom) {
            throw new Refusal(
                    Code.BUSY, "Too many files are being sent at once. This one was not sent; try again later.");
        }
        Upload upload = new Upload(command.name(), command.size(), recipients, holders);
        uploads.put(session, upload);
        try {
            upload.begin();
        } catch (RuntimeException e) {
            giveUp(session, upload, refused);
            throw e;
        }
    }

    /**
     * The next bytes of the file that has begun. Releases them. After the last ones the file is stored and announced.
     */
    public void take(Session session, Content piece) throws InterruptedException {
        Upload upload = uploads.get(session);
        try {
            if (upload == null) {
                throw new IllegalStateException("content without a file");
            }
            Recipients to = upload.recipients;
            if (to == null) {
                if (piece.last()) {
                    uploads.remove(session);
                }
                return;
            }
            try {
                upload.take(piece.bytes());
                if (piece.last()) {
                    end(session, upload, to);
                }
            } catch (RuntimeException e) {
                giveUp(session, upload, piece.last() ? null : new Upload(upload.name, upload.size, null, List.of()));
                throw e;
            }
        } finally {
            piece.bytes().release();
        }
    }

    private void end(Session session, Upload upload, Recipients to) throws InterruptedException {
        upload.end(session, to);
        uploads.remove(session, upload);
        leave(upload);
        // Where the content was there already, this one is nobody's.
        discard(upload);
    }

    private static boolean isSmall(long size) {
        return size <= ContentStore.CHUNK;
    }

    private static long kibibytes(long size) {
        return 1 + (size >> 10);
    }

    /** Makes room for another. */
    private void leave(Upload upload) {
        if (isSmall(upload.size)) {
            smallRoom.give(kibibytes(upload.size), upload.holders);
        } else {
            room.give(1, upload.holders);
        }
    }

    private void giveUp(Session session, Upload upload, @Nullable Upload instead) {
        leave(upload);
        if (instead == null) {
            uploads.remove(session);
        } else {
            uploads.put(session, instead);
        }
        if (upload.content >= 0) {
            discard(upload);
        }
    }

    private void discard(Upload upload) {
        try {
            contents.discard(upload.content);
        } catch (RuntimeException e) {
            // The next start finds what no file has.
            LOG.warn("the content of a file that nobody has was not removed: {}", e.getMessage());
        }
    }

    /** A session is over: what it had begun is forgotten. */
    public void forget(Session session) {
        Upload upload = uploads.remove(session);
        if (upload != null && upload.recipients != null) {
            giveUp(session, upload, null);
        }
    }

    /**
     * Sends a file's content.
     *
     * @throws Refusal {@link Code#NO_SUCH_FILE}, for one that the user may not have too
     */
    public void fetch(Session session, long file) {
        Optional<MessageStore.Fetchable> found = messages.fetchable(file, directory.numbered(session.account()));
        if (found.isEmpty()) {
            String why = Code.NO_SUCH_FILE.word();
            audit.caused("fetch " + why, session, fetched(session, file, why));
            throw new Refusal(Code.NO_SUCH_FILE, "There is no file " + file + " for you.");
        }
        audit.log(fetched(session, file, null));
        MessageStore.Fetchable there = found.get();
        String sender = directory.nameOf(there.sender());
        try (Session.Answer answer = session.beginAnswer()) {
            boolean going =
                    answer.send(new FileEvent.FileContent(sender, there.time(), there.name(), file, there.size()));
            long offset = 0;
            while (going && offset < there.size()) {
                long from = offset;
                byte[] piece = contents.read(
                                there.content(), offset, answer.isTight() ? SMALL_PIECE : ContentStore.CHUNK)
                        .filter(bytes -> bytes.length > 0)
                        .orElseThrow(() -> new IllegalStateException("file " + file + " ends at " + from));
                offset += piece.length;
                going = answer.send(
                        new FileEvent.Piece(new Content(Unpooled.wrappedBuffer(piece), offset == there.size())));
            }
        } catch (RuntimeException e) {
            // The frame has begun and can't be ended: there is no way on for this connection.
            session.abort("file broken off");
            throw e;
        }
    }

    private static AuditEvent fetched(Session session, long file, @Nullable String refused) {
        return new AuditEvent.FileFetched(AuditTrail.who(session), AuditTrail.peer(session), file, refused);
    }
}
