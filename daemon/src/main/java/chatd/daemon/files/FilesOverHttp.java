package chatd.daemon.files;

import chatd.daemon.directory.Avatars;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.limit.Sweeper;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.IdempotencyKey;
import chatd.daemon.model.entry.NothingToDo;
import chatd.daemon.model.entry.Receipt;
import chatd.daemon.model.message.StoredFile;
import chatd.daemon.session.Caller;
import chatd.daemon.store.ledger.Ledger;
import chatd.daemon.store.read.MessageStore;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Code;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Files that are sent and fetched over HTTP (page {@code chat-json-1.md}, "Files over HTTP"). An
 * upload with an identifier that was cut off is kept for an hour, without memory of its own, so
 * that it can be resumed. Any thread; blocks.
 */
public final class FilesOverHttp implements AutoCloseable {
    /** How long an upload that was cut off is kept. */
    private static final Duration KEEP_TIME = Duration.ofHours(1);

    private static final Duration SWEEP_INTERVAL = Duration.ofMinutes(1);

    /**
     * Maximum time until another connection, over which the same upload arrived, has released it.
     */
    private static final Duration RELEASE_TIMEOUT = Duration.ofSeconds(10);

    /** Time between two attempts to open an upload. */
    private static final Duration RETRY = Duration.ofMillis(50);

    private final Uploads uploads;
    private final Fetches fetches;
    private final MessageStore messages;

    /** The uploads with an identifier: a few of each account. */
    private final OpenUploads<Key, Upload> open;

    private final Sweeper sweeper = new Sweeper("uploads over HTTP", SWEEP_INTERVAL, this::sweep);

    private record Key(long account, String id) {}

    FilesOverHttp(FeatureContext parts, Uploads uploads, Fetches fetches) {
        this.uploads = uploads;
        this.fetches = fetches;
        this.messages = parts.stores().messages();
        this.open = new OpenUploads<>(parts.clock());
    }

    /**
     * What a client asks to send.
     *
     * @param id empty for none
     * @param sha256 the SHA-256 that it should have; null if it is not to be compared
     */
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    public record Sending(
            Audience audience,
            String name,
            long size,
            boolean picture,
            long answered,
            String id,
            byte @Nullable [] sha256) {}

    /**
     * The progress of an upload.
     *
     * @param received the number of bytes received; 0 if it has become a message
     * @param sent the receipt of the message that it became; null if it has not ended
     */
    public record Progress(long received, @Nullable Receipt sent) {}

    /**
     * Returns the progress of an upload of the caller's.
     *
     * @throws Refusal {@link Code#NO_SUCH_FILE} if it is not known
     */
    public Progress progress(Caller caller, String id) {
        // What was sent is found by its identifier alone.
        Optional<Ledger.Sent> before = sentBefore(IdempotencyKey.of(caller.account(), id, "", new byte[32]));
        if (before.isPresent()) {
            return new Progress(0, before.get().receipt());
        }
        return open.query(new Key(caller.account(), id), upload -> new Progress(upload.received(), null))
                .orElseThrow(() ->
                        new Refusal(Code.NO_SUCH_FILE, "This upload is not known here: send it from its beginning."));
    }

    private Optional<Ledger.Sent> sentBefore(@Nullable IdempotencyKey once) {
        return once == null ? Optional.empty() : messages.sentBefore(once);
    }

    /**
     * Begins or resumes receiving a file.
     *
     * @param from how many bytes the client has sent before; null to start over
     * @param cut ends the connection over which it arrives
     * @throws NothingToDo if the same was sent before
     * @throws Refusal as {@link Uploads} does, or {@link Code#NO_SUCH_FILE} if there is nothing to
     *     resume
     */
    public Incoming receive(Caller caller, Sending sending, @Nullable Long from, Runnable cut)
            throws InterruptedException {
        Upload.AdmittedFile wanted = uploads.admit(
                caller,
                new Uploads.UploadRequest(
                        sending.audience(),
                        sending.name(),
                        sending.size(),
                        sending.picture() ? Upload.Shown.PICTURE : Upload.Shown.FILE,
                        sending.answered()));
        if (sending.id().isEmpty()) {
            if (from != null) {
                throw noSuchUpload();
            }
            return begin(caller, sending, wanted, null, cut);
        }
        OpenUploads<Key, Upload>.Hold hold = open.hold(new Key(caller.account(), sending.id()), cut, RELEASE_TIMEOUT);
        boolean isHeld = false;
        try {
            checkUnsent(caller, sending, from, wanted);
            Incoming incoming = from == null
                    ? begin(caller, sending, wanted, hold, cut)
                    : resume(caller, sending, wanted, from, hold, cut);
            isHeld = true;
            return incoming;
        } finally {
            if (!isHeld) {
                release(hold, true);
            }
        }
    }

    private static Refusal noSuchUpload() {
        return new Refusal(Code.NO_SUCH_FILE, "There is no such upload to resume: send it from its beginning.");
    }

    private Incoming begin(
            Caller caller,
            Sending sending,
            Upload.AdmittedFile wanted,
            OpenUploads<Key, Upload>.@Nullable Hold hold,
            Runnable cut)
            throws InterruptedException {
        if (hold != null) {
            close(hold.replace(null));
        }
        Upload upload = open(caller, wanted);
        try {
            Incoming incoming =
                    new Incoming(caller, sending, upload, uploads.acquireSlot(caller, sending.size(), cut), hold);
            if (hold != null) {
                hold.replace(upload);
            }
            return incoming;
        } catch (RuntimeException | InterruptedException e) {
            upload.close();
            throw e;
        }
    }

    private Incoming resume(
            Caller caller,
            Sending sending,
            Upload.AdmittedFile wanted,
            long from,
            OpenUploads<Key, Upload>.Hold hold,
            Runnable cut)
            throws InterruptedException {
        Upload upload = hold.upload();
        if (upload == null) {
            throw noSuchUpload();
        }
        if (!upload.admitted().facts().equals(wanted.facts())) {
            throw new Refusal(Code.MALFORMED, "A different file is being sent with this id. Each file needs its own.");
        }
        if (upload.received() != from) {
            throw new Refusal(
                    Code.MALFORMED,
                    "%d bytes have arrived: continue from there, not from %d.".formatted(upload.received(), from));
        }
        return new Incoming(caller, sending, upload, uploads.acquireSlot(caller, sending.size(), cut), hold);
    }

    private void release(OpenUploads<Key, Upload>.Hold hold, boolean isKept) {
        close(hold.release(isKept));
        sweeper.start();
    }

    private static void close(@Nullable Upload upload) {
        if (upload != null) {
            upload.close();
        }
    }

    private void checkUnsent(Caller caller, Sending sending, @Nullable Long from, Upload.AdmittedFile wanted) {
        byte[] digest = sending.sha256() == null ? new byte[32] : sending.sha256();
        IdempotencyKey once = IdempotencyKey.of(caller.account(), sending.id(), wanted.facts(), digest);
        Optional<Ledger.Sent> before = sentBefore(once);
        if (once == null || before.isEmpty()) {
            return;
        }
        IdempotencyKey sent = new IdempotencyKey(once.id(), before.get().content());
        if (sending.sha256() == null ? !once.mayMatch(sent) : !once.equals(sent)) {
            throw new Refusal(
                    Code.MALFORMED, "Something else was sent with this id before. Give each file an id of its own.");
        }
        // Without a digest, the content is compared once all of it has arrived.
        if (sending.sha256() != null || from != null) {
            throw new NothingToDo(before.get().receipt());
        }
    }

    /**
     * Opens an upload. The account's uploads that were cut off give way to it, the oldest first;
     * those still arriving are waited for.
     */
    private Upload open(Caller caller, Upload.AdmittedFile wanted) throws InterruptedException {
        long end = System.nanoTime() + Uploads.SLOT_TIMEOUT.toNanos();
        while (true) {
            try {
                return uploads.openForLong(caller, wanted);
            } catch (Refusal e) {
                if (e.code() != Code.TOO_MANY || System.nanoTime() - end > 0) {
                    throw e;
                }
            }
            if (!forgetOldest(caller.account())) {
                Thread.sleep(RETRY);
            }
        }
    }

    private boolean forgetOldest(long account) {
        Optional<Upload> oldest = open.forgetOldest(key -> key.account() == account);
        oldest.ifPresent(Upload::close);
        return oldest.isPresent();
    }

    /** A file that is arriving over a connection. Used by one thread. */
    public final class Incoming {
        private final Caller caller;
        private final Sending sending;
        private final Upload upload;
        private final UploadSlots.Slot turn;

        /** Null if it has no identifier. */
        private final OpenUploads<Key, Upload>.@Nullable Hold hold;

        /** Whether it was sent, refused or given up. */
        private boolean isOver;

        private Incoming(
                Caller caller,
                Sending sending,
                Upload upload,
                UploadSlots.Slot turn,
                OpenUploads<Key, Upload>.@Nullable Hold hold) {
            this.caller = caller;
            this.sending = sending;
            this.upload = upload;
            this.turn = turn;
            this.hold = hold;
        }

        /** Returns how many bytes are still to come. */
        public long missing() {
            return upload.missing();
        }

        /** Takes the next bytes. */
        public void take(byte[] bytes, int length) {
            turn.take(length, () -> {
                try {
                    upload.take(bytes, length);
                } catch (Refusal e) {
                    isOver = true;
                    throw e;
                }
            });
        }

        /**
         * Sends the file. Blocks until it is delivered.
         *
         * @throws NothingToDo if the same was sent before
         * @throws Refusal if it is not sent
         */
        public Receipt end() throws InterruptedException {
            isOver = true;
            // It has arrived: however long the rest takes, it gives way to no other upload.
            turn.close();
            return upload.end(caller, sending.id(), sending.sha256(), sent -> {})
                    .receipt();
        }

        /**
         * Releases the upload after the connection has ended; keeps it if it has an identifier and
         * is not over.
         */
        public void close() {
            boolean isKept = false;
            try {
                if (hold != null && !isOver) {
                    upload.park();
                    isKept = true;
                }
            } finally {
                turn.close();
                if (hold == null) {
                    upload.close();
                } else {
                    release(hold, isKept);
                }
            }
        }
    }

    /**
     * Returns a file that the caller may fetch.
     *
     * @throws Refusal {@link Code#NO_SUCH_FILE}
     */
    public Outgoing find(Caller caller, long file) {
        return new Outgoing(caller, fetches.find(caller, file));
    }

    /** The picture of a user or a group. */
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    public record ShownPicture(byte[] bytes, String mediaType) {}

    /**
     * Returns the picture of a user or a group, by its SHA-256.
     *
     * @throws Refusal {@link Code#NO_SUCH_FILE} if nobody has it any more
     */
    public ShownPicture avatar(Caller caller, byte[] sha256) throws InterruptedException {
        return fetches.avatar(caller.account(), sha256)
                .map(picture -> new ShownPicture(picture, Avatars.mediaType(picture)))
                .orElseThrow(() -> new Refusal(Code.NO_SUCH_FILE, "Nobody has this picture any more."));
    }

    /** A file that somebody may fetch. */
    public final class Outgoing {
        private final Caller caller;
        private final MessageStore.Fetchable found;

        private Outgoing(Caller caller, MessageStore.Fetchable found) {
            this.caller = caller;
            this.found = found;
        }

        public StoredFile file() {
            return found.file();
        }

        /** Logs that it is fetched; called before any of its bytes are sent. */
        public void log() {
            fetches.log(caller, found.file().number());
        }

        /** As {@link Fetches#read}. */
        public byte[] read(long offset, long limit, BooleanSupplier isTight) throws InterruptedException {
            return fetches.read(caller.account(), found, offset, limit, isTight);
        }
    }

    /** Forgets the uploads of an account that were cut off. */
    public void forget(long account) {
        boolean isAny;
        do {
            isAny = forgetOldest(account);
        } while (isAny);
    }

    private boolean sweep() {
        open.forgetUnmoved(KEEP_TIME).forEach(Upload::close);
        return !open.isEmpty();
    }

    @Override
    public void close() {
        sweeper.close();
    }
}
