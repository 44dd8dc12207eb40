package chatd.daemon.files;

import chatd.audit.event.AuditEvent;
import chatd.daemon.config.Config;
import chatd.daemon.directory.Directory;
import chatd.daemon.dispatch.Room;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.AuditTrail;
import chatd.daemon.journal.ServiceParts;
import chatd.daemon.messages.Messages;
import chatd.daemon.messages.Recipients;
import chatd.daemon.model.Refusal;
import chatd.daemon.session.Caller;
import chatd.daemon.session.Session;
import chatd.daemon.session.Shares;
import chatd.daemon.store.ContentStore;
import chatd.daemon.store.MessageStore;
import chatd.protocol.Gate;
import chatd.protocol.command.FileCommand;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Code;
import chatd.protocol.value.Content;
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
import org.jspecify.annotations.Nullable;

/**
 * Uploads and downloads files (rule 7 of {@code chat-1.md}), one chunk at a time: a transfer's memory use does not
 * depend on the file's size. Methods run on the session's own thread, and block.
 */
public final class Files implements Room {
    /** KiB shared by all uploads of a single chunk, which have a limit of their own. */
    private static final long SMALL_KIBIBYTES = 16 << 10;

    /** Maximum time that an upload waits for room. */
    private static final Duration ROOM = Duration.ofSeconds(10);

    /** Bytes of a content read at a time when {@linkplain Session.Answer#isTight memory is tight}. */
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
    private final Map<Caller, Upload> uploads = new ConcurrentHashMap<>();

    public Files(ServiceParts parts, Messages sending) {
        this.messages = parts.stores().messages();
        this.contents = parts.stores().contents();
        this.sending = sending;
        this.directory = parts.directory();
        this.audit = parts.audit();
        this.clock = parts.clock();
        this.config = parts.config();
        this.room = new Shares(config.get().limits().uploads());
    }

    /** A file being uploaded. */
    private sealed interface Upload {}

    /** A refused upload, whose bytes are read and discarded. */
    private record Refused() implements Upload {}

    private static final Upload REFUSED = new Refused();

    /** An accepted upload, stored chunk by chunk. */
    private final class Accepted implements Upload {
        private final String name;
        private final long size;
        private final Recipients recipients;
        /** The holders of its share of the upload limit. */
        private final List<Object> holders;

        private final MessageDigest digest = ContentStore.digest();
        private final long content;
        private final byte[] chunk;
        private int filled;
        private int position;

        Accepted(FileCommand.SendFile command, Recipients recipients, List<Object> holders) {
            this.name = command.name();
            this.size = command.size();
            this.recipients = recipients;
            this.holders = holders;
            this.content = contents.begin(size, clock.instant());
            this.chunk = new byte[(int) Math.min(size, ContentStore.CHUNK)];
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

        @Nullable
        String end(Caller caller) throws InterruptedException {
            flush();
            return sending.sendFile(caller, recipients, name, content, size, digest.digest());
        }
    }

    @Override
    public void addTo(Routes routes) {
        // Unlogged: begin() itself refuses while the log can't be written, since the content must be consumed even so.
        routes.unlogged(FileCommand.SendFile.class, Gate.LOGGED_IN, this::begin);
        routes.unlogged(FileCommand.Piece.class, Gate.LOGGED_IN, (session, piece) -> {
            String notice = take(session, piece.content());
            if (notice != null) {
                session.answer(new SessionEvent.Notice(notice, clock.instant()));
            }
        });
        routes.logged(
                FileCommand.FetchFile.class, Gate.LOGGED_IN, (session, command) -> fetch(session, command.file()));
    }

    /**
     * Begins an upload; its content follows through {@link #take}.
     *
     * @throws Refusal {@link Code#UNLOGGED}, {@link Code#TOO_LARGE}, {@link Code#TOO_MANY}, {@link Code#NO_SUCH_USER},
     *     {@link Code#NOT_ALLOWED} or {@link Code#BUSY}; the content that follows is then read and discarded
     */
    public void begin(Caller caller, FileCommand.SendFile command) throws InterruptedException {
        uploads.put(caller, REFUSED);
        audit.admit();
        long limit = config.get().limits().file();
        if (!(command.audience() instanceof chatd.protocol.value.Audience.TooMany) && command.size() > limit) {
            throw new Refusal(
                    Code.TOO_LARGE,
                    "The file has %d bytes; the limit is %d. It was not sent.".formatted(command.size(), limit));
        }
        Recipients recipients = sending.recipients(caller, command.audience());
        sending.admit(caller, recipients);
        List<Object> holders = caller.holders(config.get().isExempt(caller.address()));
        boolean hasRoom = isSmall(command.size())
                ? smallRoom.take(kibibytes(command.size()), holders, ROOM)
                : room.take(1, holders, ROOM);
        if (!hasRoom) {
            throw new Refusal(
                    Code.BUSY, "Too many files are being sent at once. This one was not sent; try again later.");
        }
        try {
            uploads.put(caller, new Accepted(command, recipients, holders));
        } catch (RuntimeException e) {
            leave(command.size(), holders);
            throw e;
        }
    }

    /**
     * Takes the next bytes of the upload, and releases them. After the last ones the file is stored and announced.
     *
     * @return a text for its sender alone; null for none
     */
    public @Nullable String take(Caller caller, Content piece) throws InterruptedException {
        try {
            return switch (uploads.get(caller)) {
                case null -> throw new IllegalStateException("content without a file");
                case Refused refused -> {
                    if (piece.last()) {
                        uploads.remove(caller);
                    }
                    yield null;
                }
                case Accepted upload -> take(caller, upload, piece);
            };
        } finally {
            piece.bytes().release();
        }
    }

    private @Nullable String take(Caller caller, Accepted upload, Content piece) throws InterruptedException {
        String beside = null;
        try {
            upload.take(piece.bytes());
            if (piece.last()) {
                beside = upload.end(caller);
            }
        } catch (RuntimeException e) {
            if (piece.last()) {
                uploads.remove(caller);
            } else {
                uploads.put(caller, REFUSED);
            }
            giveUp(upload);
            throw e;
        }
        if (piece.last()) {
            uploads.remove(caller, upload);
            // If the same content was stored already, this copy is unused.
            giveUp(upload);
        }
        return beside;
    }

    private static boolean isSmall(long size) {
        return size <= ContentStore.CHUNK;
    }

    private static long kibibytes(long size) {
        return 1 + (size >> 10);
    }

    /** Releases the room that an upload of this size took. */
    private void leave(long size, List<Object> holders) {
        if (isSmall(size)) {
            smallRoom.give(kibibytes(size), holders);
        } else {
            room.give(1, holders);
        }
    }

    /** Ends an upload: releases its room, and discards its content unless a file uses it. */
    private void giveUp(Accepted upload) {
        leave(upload.size, upload.holders);
        contents.discard(upload.content);
    }

    /** Discards an upload that the session has begun. */
    @Override
    public void connectionClosed(Session session) {
        if (uploads.remove(session) instanceof Accepted upload) {
            giveUp(upload);
        }
    }

    /**
     * Sends a file's content.
     *
     * @throws Refusal {@link Code#NO_SUCH_FILE} if there is none, or the user may not fetch it
     */
    public void fetch(Session session, long file) {
        Optional<MessageStore.Fetchable> found = messages.fetchable(file, directory.reader(session.account()));
        if (found.isEmpty()) {
            String why = Code.NO_SUCH_FILE.word();
            audit.caused("fetch " + why, session, fetched(session, file, why));
            throw new Refusal(Code.NO_SUCH_FILE, "There is no file " + file + " for you.");
        }
        audit.log(fetched(session, file, null));
        MessageStore.Fetchable there = found.get();
        String sender = there.group() == 0 ? directory.nameOf(there.sender()) : "G" + there.group();
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
            // The frame has begun and can't be completed, so the connection can't continue.
            session.abort("file transfer broken off");
            throw e;
        }
    }

    private static AuditEvent fetched(Caller caller, long file, @Nullable String refused) {
        return new AuditEvent.FileFetched(AuditTrail.who(caller), AuditTrail.peer(caller), file, refused);
    }
}
