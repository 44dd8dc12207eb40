package chatd.daemon.files;

import chatd.daemon.directory.Directory;
import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.messages.Messages;
import chatd.daemon.model.Refusal;
import chatd.daemon.session.Caller;
import chatd.daemon.session.Session;
import chatd.daemon.session.SessionOutput;
import chatd.daemon.store.read.ContentStore;
import chatd.daemon.store.read.MessageStore;
import chatd.protocol.Gate;
import chatd.protocol.command.FileCommand;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Code;
import chatd.protocol.value.Content;
import chatd.text.Size;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Files that are sent and fetched in one frame (rule 7 of {@code chat-1.md}), one chunk at a time: a transfer's memory use
 * does not depend on the file's size. Methods run on the session's own thread, and block.
 */
public final class Files implements Feature {
    /** Maximum size of a file that is sent in one frame. */
    public static final long MAX_IN_A_FRAME = 16 << 20;

    private final Uploads uploads;
    private final Fetches fetches;
    private final Directory directory;
    private final Clock clock;
    private final Map<Caller, State> states = new ConcurrentHashMap<>();

    Files(FeatureContext parts, Uploads uploads, Fetches fetches) {
        this.uploads = uploads;
        this.fetches = fetches;
        this.directory = parts.directory();
        this.clock = parts.clock();
    }

    /** What is done with the content that a session is sending. */
    private sealed interface State {}

    /** A refused upload, whose bytes are read and discarded. */
    private record Refused() implements State {}

    private static final State REFUSED = new Refused();

    /** @param turn held until the content has been received */
    private record Accepted(Upload upload, UploadSlots.Slot turn, byte[] buffer) implements State {
        void take(ByteBuf bytes) {
            while (bytes.isReadable()) {
                int some = Math.min(bytes.readableBytes(), buffer.length);
                bytes.readBytes(buffer, 0, some);
                turn.take(some, () -> upload.take(buffer, some));
            }
        }

        void close() {
            turn.close();
            upload.close();
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
     * @throws Refusal as {@link Uploads} does; the content that follows is then read and discarded
     */
    public void begin(Caller caller, FileCommand.SendFile command) throws InterruptedException {
        states.put(caller, REFUSED);
        Upload.AdmittedFile wanted = uploads.admit(
                caller,
                new Uploads.UploadRequest(command.audience(), command.name(), command.size(), Upload.Shown.AS_IT_IS, 0),
                MAX_IN_A_FRAME);
        UploadSlots.Slot turn = uploads.acquireSlot(caller, command.size(), () -> {});
        try {
            states.put(caller, new Accepted(uploads.open(caller, wanted), turn, new byte[8 << 10]));
        } catch (RuntimeException e) {
            turn.close();
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
            return switch (states.get(caller)) {
                case null -> throw new IllegalStateException("content without a file");
                case Refused refused -> {
                    if (piece.last()) {
                        states.remove(caller);
                    }
                    yield null;
                }
                case Accepted accepted -> take(caller, accepted, piece);
            };
        } finally {
            piece.bytes().release();
        }
    }

    private @Nullable String take(Caller caller, Accepted accepted, Content piece) throws InterruptedException {
        try {
            accepted.take(piece.bytes());
            if (!piece.last()) {
                return null;
            }
            accepted.turn().close();
            accepted.upload().end(caller, "", null, sent -> {});
        } catch (RuntimeException e) {
            if (piece.last()) {
                states.remove(caller);
            } else {
                states.put(caller, REFUSED);
            }
            accepted.close();
            throw e;
        }
        states.remove(caller, accepted);
        accepted.close();
        return Messages.senderNotice(accepted.upload().admitted().recipients());
    }

    /** Discards an upload that the session has begun. */
    @Override
    public void connectionClosed(Session session) {
        if (states.remove(session) instanceof Accepted accepted) {
            accepted.close();
        }
    }

    /**
     * Sends a file's content.
     *
     * @throws Refusal {@link Code#NO_SUCH_FILE} if there is none, or the user may not fetch it; {@link Code#TOO_LARGE} if
     *     it is too large for a frame
     */
    public void fetch(Session session, long file) throws InterruptedException {
        MessageStore.Fetchable found = fetches.find(session, file);
        String name = found.file().name();
        long size = found.file().size();
        if (size > MAX_IN_A_FRAME) {
            throw new Refusal(
                    Code.TOO_LARGE,
                    "File %d, %s, is %s: more than this client can receive. The web client and newer clients can."
                            .formatted(file, name, Size.of(size)));
        }
        fetches.log(session, file);
        String sender = found.group() == 0 ? directory.nameOf(found.sender()) : "G" + found.group();
        try (SessionOutput.Answer answer = session.output().beginAnswer()) {
            boolean isOpen = answer.send(new FileEvent.FileContent(sender, found.time(), name, file, size));
            long offset = 0;
            while (isOpen && offset < size) {
                byte[] piece =
                        fetches.read(session.account(), found, offset, ContentStore.CHUNK, answer::isBacklogLarge);
                offset += piece.length;
                isOpen = answer.send(new FileEvent.Piece(new Content(Unpooled.wrappedBuffer(piece), offset == size)));
            }
        } catch (RuntimeException | InterruptedException e) {
            // The frame has begun and can't be completed, so the connection can't continue.
            session.abort("file transfer aborted");
            throw e;
        }
    }
}
