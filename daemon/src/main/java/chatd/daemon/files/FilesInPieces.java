package chatd.daemon.files;

import static java.util.Objects.requireNonNull;

import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.limit.Sweeper;
import chatd.daemon.messages.Messages;
import chatd.daemon.messages.Recipients;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.IdempotencyKey;
import chatd.daemon.model.entry.Receipt;
import chatd.daemon.model.message.StoredFile;
import chatd.daemon.session.Session;
import chatd.daemon.store.read.MessageStore;
import chatd.protocol.Gate;
import chatd.protocol.command.FileCommand;
import chatd.protocol.event.FileEvent;
import chatd.protocol.value.Code;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Files and pictures that are sent and fetched in pieces (page {@code chat-json-1.md}, "Files and
 * pictures"). Commands run on their session's own thread, and block.
 */
public final class FilesInPieces implements Feature, AutoCloseable {
    /** How long an upload may stand still before it is forgotten. */
    private static final Duration MAX_STALL = Duration.ofMinutes(10);

    private static final Duration SWEEP_INTERVAL = Duration.ofSeconds(30);

    private final Uploads uploads;
    private final Fetches fetches;
    private final Messages sending;
    private final Clock clock;
    private final AtomicLong last = new AtomicLong();

    /** The open uploads by their numbers: a few of each account. */
    private final OpenUploads<Long, Piecewise> open;

    private final Sweeper sweeper = new Sweeper("uploads in pieces", SWEEP_INTERVAL, this::sweep);

    private record Piecewise(long number, Session session, Upload upload, UploadSlots.Slot turn) {
        void close() {
            turn.close();
            upload.close();
        }
    }

    FilesInPieces(FeatureContext parts, Uploads uploads, Fetches fetches, Messages sending) {
        this.uploads = uploads;
        this.fetches = fetches;
        this.sending = sending;
        this.clock = parts.clock();
        this.open = new OpenUploads<>(clock);
    }

    @Override
    public void addTo(Routes routes) {
        routes.route(FileCommand.StartUpload.class, false, this::start);
        routes.unlogged(FileCommand.UploadPiece.class, Gate.LOGGED_IN, this::take);
        routes.route(FileCommand.EndUpload.class, false, this::end);
        routes.logged(FileCommand.GetFile.class, Gate.LOGGED_IN, this::get);
        routes.route(FileCommand.ForwardFile.class, false, this::sendAgain);
    }

    private void start(Session session, FileCommand.StartUpload command) throws InterruptedException {
        Upload.AdmittedFile wanted = uploads.admit(
                session,
                new Uploads.UploadRequest(
                        command.audience(),
                        command.name(),
                        command.size(),
                        command.picture() ? Upload.Shown.PICTURE : Upload.Shown.FILE,
                        command.replyTo()));
        long number = last.incrementAndGet();
        UploadSlots.Slot turn = uploads.acquireSlot(session, command.size(), () -> forget(number));
        try {
            Upload upload = uploads.openForLong(session, wanted);
            open.add(number, new Piecewise(number, session, upload, turn));
            sweeper.start();
            if (turn.isOver()) {
                forget(number);
            }
            if (session.hasEnded()) {
                sessionEnded(session);
            }
            session.answer(command, new Receipt(0, clock.instant(), 0, number));
        } catch (RuntimeException e) {
            turn.close();
            throw e;
        }
    }

    /** Holds an upload of a session; with number 0, its only one. */
    private OpenUploads<Long, Piecewise>.Hold hold(Session session, long number) {
        long own = number == 0 ? only(session) : number;
        return open.query(own, Piecewise::session)
                .filter(owner -> owner == session)
                .flatMap(owner -> open.holdIfFree(own))
                .orElseThrow(() -> new Refusal(
                        Code.NO_SUCH_FILE,
                        "No file %d is being sent in this session: it was forgotten, or never begun."
                                .formatted(number)));
    }

    private long only(Session session) {
        List<Long> own = open.keys(one -> one.session() == session);
        if (own.size() != 1) {
            throw new Refusal(
                    Code.NO_SUCH_FILE, "Say which file has ended: %d are open in this session.".formatted(own.size()));
        }
        return own.getFirst();
    }

    private static void release(OpenUploads<Long, Piecewise>.Hold hold, boolean isKept) {
        Piecewise closed = hold.release(isKept);
        if (closed != null) {
            closed.close();
        }
    }

    private void take(Session session, FileCommand.UploadPiece piece) {
        OpenUploads<Long, Piecewise>.Hold hold = hold(session, piece.upload());
        // After any other failure nobody knows how much was stored.
        boolean isKept = false;
        try {
            Piecewise own = requireNonNull(hold.upload());
            Upload upload = own.upload();
            if (piece.offset() != upload.received()) {
                throw new Refusal(
                        Code.MALFORMED,
                        "The next piece begins at %d, not at %d.".formatted(upload.received(), piece.offset()));
            }
            own.turn().take(piece.bytes().length, () -> upload.take(piece.bytes(), piece.bytes().length));
            isKept = true;
        } catch (Refusal e) {
            isKept = true;
            throw e;
        } finally {
            release(hold, isKept);
        }
    }

    private void end(Session session, FileCommand.EndUpload command) throws InterruptedException {
        OpenUploads<Long, Piecewise>.Hold hold = hold(session, command.upload());
        boolean isKept = false;
        try {
            Piecewise own = requireNonNull(hold.upload());
            Upload upload = own.upload();
            if (upload.missing() > 0) {
                isKept = true;
                throw new Refusal(
                        Code.MALFORMED,
                        "Only %d of %d bytes have arrived: send the rest first."
                                .formatted(upload.received(), upload.admitted().size()));
            }
            own.turn().close();
            upload.end(session, command.id(), command.sha256(), sent -> session.acknowledge(command, sent.receipt()));
        } finally {
            release(hold, isKept);
        }
    }

    /**
     * Sends a file at the pace at which it is read; other output of the session is sent between its
     * pieces.
     */
    private void get(Session session, FileCommand.GetFile command) throws InterruptedException {
        MessageStore.Fetchable found = fetches.find(session, command.file());
        fetches.log(session, command.file());
        StoredFile file = found.file();
        if (command.offset() > file.size()) {
            throw new Refusal(Code.MALFORMED, "File %d has only %d bytes.".formatted(command.file(), file.size()));
        }
        for (long offset = command.offset(); offset < file.size(); ) {
            byte[] piece = fetches.read(
                    session.account(),
                    found,
                    offset,
                    FileCommand.UploadPiece.MAX_BYTES,
                    session.output()::isBacklogLarge);
            session.answer(new FileEvent.Chunk(file.number(), offset, piece, command.picture()));
            offset += piece.length;
            if (!session.output().awaitRoom()) {
                return;
            }
        }
        session.answer(new FileEvent.End(file.number(), file.digest(), command.picture()));
    }

    /** Sends a file that is stored to somebody else: as it was shown, or as a file. */
    private void sendAgain(Session session, FileCommand.ForwardFile command) throws InterruptedException {
        StoredFile file = fetches.find(session, command.file()).file();
        boolean isPicture = command.picture() && file.media().width() > 0;
        Upload.AdmittedFile wanted = uploads.admit(
                session,
                new Uploads.UploadRequest(
                        command.audience(),
                        file.name(),
                        file.size(),
                        isPicture ? Upload.Shown.AS_IT_IS : Upload.Shown.FILE,
                        command.replyTo()));
        Recipients recipients = wanted.recipients();
        IdempotencyKey once = IdempotencyKey.of(
                session.account(), command.id(), "again\n" + command.file() + '\n' + wanted.facts(), file.digest());
        try (Reservations.Reservation room = uploads.reserve(session, file.size())) {
            requireNonNull(room);
            sending.sendFile(
                    session,
                    recipients,
                    new StoredFile(
                            0,
                            file.name(),
                            StoredFile.STORED,
                            file.size(),
                            file.digest(),
                            file.media().shownInline(isPicture)),
                    command.replyTo(),
                    once,
                    sent -> session.acknowledge(command, sent.receipt()));
        }
    }

    /** Forgets an upload that has given way to another one. */
    private void forget(long number) {
        open.forget(one -> one.number() == number).forEach(Piecewise::close);
    }

    /** Forgets the uploads of a session that has ended. */
    @Override
    public void sessionEnded(Session session) {
        open.forget(one -> one.session() == session).forEach(Piecewise::close);
    }

    private boolean sweep() {
        open.forgetUnmoved(MAX_STALL).forEach(Piecewise::close);
        return !open.isEmpty();
    }

    @Override
    public void close() {
        sweeper.close();
    }
}
