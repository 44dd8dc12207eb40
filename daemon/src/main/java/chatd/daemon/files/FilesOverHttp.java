package chatd.daemon.files;

import chatd.daemon.journal.ServiceParts;
import chatd.daemon.model.AlreadySent;
import chatd.daemon.model.Receipt;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.SentOnce;
import chatd.daemon.model.StoredFile;
import chatd.daemon.session.Caller;
import chatd.daemon.store.Ledger;
import chatd.daemon.store.MessageStore;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Code;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Files that come and go over HTTP (page {@code chat-json-1.md}, "Files over HTTP"). An upload with an identifier that was
 * cut is kept for an hour, without memory of its own, to be gone on with. Any thread; blocks.
 */
public final class FilesOverHttp implements AutoCloseable {
    /** How long an upload that was cut is kept. */
    private static final Duration KEPT = Duration.ofHours(1);

    private static final Duration LOOK = Duration.ofMinutes(1);

    /** Maximum time until another connection, which the same upload came over, has let go of it. */
    private static final Duration LETTING_GO = Duration.ofSeconds(10);

    /** Time between two looks for a place that has become free. */
    private static final Duration AGAIN = Duration.ofMillis(50);

    private final Uploads uploads;
    private final Fetches fetches;
    private final MessageStore messages;

    /** The uploads that can be gone on with: a few of each account. Guarded by this. */
    private final Map<Key, Incoming> kept = new HashMap<>();

    private final Thread cleaner = Thread.startVirtualThread(this::clean);

    private record Key(long account, String id) {}

    FilesOverHttp(ServiceParts parts, Uploads uploads, Fetches fetches) {
        this.uploads = uploads;
        this.fetches = fetches;
        this.messages = parts.stores().messages();
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
     * How far an upload is.
     *
     * @param received in bytes
     * @param sent what it became; null if it has not ended
     */
    public record Progress(long received, @Nullable Receipt sent) {}

    /**
     * Returns how far an upload of the caller's is.
     *
     * @throws Refusal {@link Code#NO_SUCH_FILE} if it is not known
     */
    public Progress progress(Caller caller, String id) {
        // What was sent is found by its identifier alone.
        Optional<Ledger.Sent> before = before(SentOnce.of(caller.account(), id, "", new byte[32]));
        if (before.isPresent()) {
            return new Progress(0, before.get().receipt());
        }
        synchronized (this) {
            Incoming its = kept.get(new Key(caller.account(), id));
            if (its != null) {
                return new Progress(its.upload.received(), null);
            }
        }
        throw new Refusal(Code.NO_SUCH_FILE, "Nothing of this upload is here: send it from its beginning.");
    }

    private Optional<Ledger.Sent> before(@Nullable SentOnce once) {
        return once == null ? Optional.empty() : messages.sentBefore(once);
    }

    /**
     * Begins to receive a file, or goes on with it.
     *
     * @param from how many bytes the client has sent before; null to begin anew
     * @param cut ends the connection that it comes over
     * @throws AlreadySent if the same was sent before
     * @throws Refusal as {@link Uploads} does, or {@link Code#NO_SUCH_FILE} if there is nothing to go on with
     */
    public Incoming receive(Caller caller, Sending sending, @Nullable Long from, Runnable cut)
            throws InterruptedException {
        Upload.Wanted wanted = uploads.wanted(
                caller,
                new Uploads.Asked(
                        sending.audience(),
                        sending.name(),
                        sending.size(),
                        sending.picture() ? Upload.Shown.PICTURE : Upload.Shown.FILE,
                        sending.answered()));
        checkUnsent(caller, sending, from, wanted);
        Key key = new Key(caller.account(), sending.id());
        Incoming before = sending.id().isEmpty() ? null : released(key);
        try {
            if (from == null) {
                forget(key, before);
                Upload upload = open(caller, wanted);
                try {
                    Incoming fresh =
                            new Incoming(caller, key, sending, upload, uploads.turn(caller, sending.size()), cut);
                    keep(key, fresh);
                    return fresh;
                } catch (RuntimeException | InterruptedException e) {
                    upload.close();
                    throw e;
                }
            }
            if (before == null) {
                throw new Refusal(
                        Code.NO_SUCH_FILE, "There is no such upload to go on with: send it from its beginning.");
            }
            if (!before.upload.wanted().facts().equals(wanted.facts())) {
                throw new Refusal(
                        Code.MALFORMED, "Something else has begun to come with this id. Each file needs its own.");
            }
            if (before.upload.received() != from) {
                throw new Refusal(
                        Code.MALFORMED,
                        "%d bytes have come: go on from there, not from %d.".formatted(before.upload.received(), from));
            }
            Incoming next =
                    new Incoming(caller, key, sending, before.upload, uploads.turn(caller, sending.size()), cut);
            keep(key, next);
            return next;
        } finally {
            if (before != null) {
                before.unclaim();
            }
        }
    }

    private void checkUnsent(Caller caller, Sending sending, @Nullable Long from, Upload.Wanted wanted) {
        byte[] digest = sending.sha256() == null ? new byte[32] : sending.sha256();
        SentOnce once = SentOnce.of(caller.account(), sending.id(), wanted.facts(), digest);
        Optional<Ledger.Sent> before = before(once);
        if (once == null || before.isEmpty()) {
            return;
        }
        SentOnce sent = new SentOnce(once.id(), before.get().content());
        if (sending.sha256() == null ? !once.mayBe(sent) : !once.equals(sent)) {
            throw new Refusal(
                    Code.MALFORMED, "Something else was sent with this id before. Give each file an id of its own.");
        }
        // Without a digest, whole content is compared when it is there.
        if (sending.sha256() != null || from != null) {
            throw new AlreadySent(before.get().receipt());
        }
    }

    /** Returns what was kept under a key, cut off from the connection that it comes over, and claimed; null if nothing. */
    private @Nullable Incoming released(Key key) throws InterruptedException {
        Incoming its;
        synchronized (this) {
            its = kept.get(key);
        }
        if (its == null) {
            return null;
        }
        its.cut.run();
        if (!its.claim(LETTING_GO)) {
            throw new Refusal(Code.BUSY, "This file still comes over another connection. Try again in a moment.");
        }
        return its.isOver() ? null : its;
    }

    /**
     * Opens an upload. What the account left unfinished gives way to it, the oldest first; what comes over connections is
     * waited for.
     */
    private Upload open(Caller caller, Upload.Wanted wanted) throws InterruptedException {
        long end = System.nanoTime() + Uploads.PATIENCE.toNanos();
        while (true) {
            try {
                return uploads.openForLong(caller, wanted);
            } catch (Refusal e) {
                if (e.code() != Code.TOO_MANY || System.nanoTime() - end > 0) {
                    throw e;
                }
            }
            if (!forgetOldest(caller.account())) {
                Thread.sleep(AGAIN);
            }
        }
    }

    private boolean forgetOldest(long account) throws InterruptedException {
        List<Incoming> unfinished;
        long now = System.nanoTime();
        synchronized (this) {
            unfinished = kept.values().stream()
                    .filter(one -> one.key.account() == account && !one.isHeld())
                    .sorted(Comparator.comparingLong(one -> one.began - now))
                    .toList();
        }
        // Another thread may forget the same one.
        for (Incoming one : unfinished) {
            if (forgotten(one)) {
                return true;
            }
        }
        return false;
    }

    /** Forgets an upload, unless a connection has it. */
    private static boolean forgotten(Incoming one) throws InterruptedException {
        if (!one.claim(Duration.ZERO)) {
            return false;
        }
        one.over();
        one.unclaim();
        return true;
    }

    private synchronized void keep(Key key, Incoming its) {
        if (!key.id().isEmpty()) {
            kept.put(key, its);
        }
    }

    private void forget(Key key, @Nullable Incoming its) {
        if (its != null) {
            synchronized (this) {
                kept.remove(key, its);
            }
            its.upload.close();
        }
    }

    /** A file that is coming over a connection. Used by one thread, but where it says otherwise. */
    public final class Incoming {
        private final Caller caller;
        private final Key key;
        private final Sending sending;
        private final Upload upload;
        private final Runnable turn;
        private final Runnable cut;
        private final long began = System.nanoTime();

        /** Whether a connection has it, or somebody who takes it over. Guarded by this. */
        private boolean isHeld = true;

        /** Whether it was sent, refused or given up. Guarded by this. */
        private boolean isOver;

        private Incoming(Caller caller, Key key, Sending sending, Upload upload, Runnable turn, Runnable cut) {
            this.caller = caller;
            this.key = key;
            this.sending = sending;
            this.upload = upload;
            this.turn = turn;
            this.cut = cut;
        }

        /** Waits until no connection has it, and takes it; any thread. */
        private synchronized boolean claim(Duration patience) throws InterruptedException {
            long end = System.nanoTime() + patience.toNanos();
            while (isHeld) {
                long millis = (end - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    return false;
                }
                wait(millis);
            }
            isHeld = true;
            return true;
        }

        private synchronized void unclaim() {
            isHeld = false;
            notifyAll();
        }

        private synchronized boolean isHeld() {
            return isHeld;
        }

        private synchronized boolean isOver() {
            return isOver;
        }

        private synchronized boolean isForgotten() {
            return !isHeld && System.nanoTime() - began > KEPT.toNanos();
        }

        /** Returns how many bytes are still to come. */
        public long missing() {
            return upload.missing();
        }

        /** Takes the next bytes. */
        public void take(byte[] bytes, int length) {
            try {
                upload.take(bytes, length);
            } catch (Refusal e) {
                over();
                throw e;
            }
        }

        /**
         * Sends the file. Blocks until it is delivered.
         *
         * @throws AlreadySent if the same was sent before
         * @throws Refusal if it is not sent
         */
        public Receipt end() throws InterruptedException {
            try {
                return upload.end(caller, sending.id(), sending.sha256(), sent -> {})
                        .receipt();
            } finally {
                over();
            }
        }

        private void over() {
            synchronized (this) {
                isOver = true;
            }
            forget(key, this);
        }

        /** Lets go of it after the connection has ended; it is kept if it has an identifier and has not ended. */
        public void close() {
            try {
                if (key.id().isEmpty()) {
                    over();
                } else if (!isOver()) {
                    upload.park();
                }
            } finally {
                turn.run();
                unclaim();
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
        public byte[] read(long offset, long most, BooleanSupplier isTight) throws InterruptedException {
            return fetches.read(found, offset, most, isTight);
        }
    }

    private void clean() {
        try {
            while (true) {
                Thread.sleep(LOOK);
                List<Incoming> old;
                synchronized (this) {
                    old = kept.values().stream().filter(Incoming::isForgotten).toList();
                }
                for (Incoming one : old) {
                    var _ = forgotten(one);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        cleaner.interrupt();
    }
}
