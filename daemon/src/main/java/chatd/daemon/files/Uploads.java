package chatd.daemon.files;

import chatd.daemon.config.Config;
import chatd.daemon.directory.Directory;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.limit.Holder;
import chatd.daemon.messages.Messages;
import chatd.daemon.messages.Recipients;
import chatd.daemon.model.Refusal;
import chatd.daemon.session.Caller;
import chatd.daemon.store.read.ContentStore;
import chatd.daemon.trail.AuditTrail;
import chatd.protocol.value.Audience;
import chatd.protocol.value.Code;
import chatd.protocol.value.FileName;
import chatd.text.Size;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Admits uploads, in whatever way they arrive: decides whether, to whom and how much somebody may
 * send, before any byte is accepted. Any thread; blocks.
 */
final class Uploads {
    /** KiB shared by all uploads of a single chunk, which have a limit of their own. */
    private static final long SMALL_KIBIBYTES = 16 << 10;

    /** Maximum time that an upload waits for a slot. */
    static final Duration SLOT_TIMEOUT = Duration.ofSeconds(10);

    /**
     * Maximum number of open uploads of an account, not counting those of {@code chat/1}, of which
     * a connection has at most one.
     */
    private static final int MAX_OPEN = 4;

    private final ContentStore contents;
    private final Messages messages;
    private final Directory directory;
    private final AuditTrail audit;
    private final Clock clock;
    private final Supplier<Config> config;
    private final Storage storage;
    private final UploadSlots large;
    private final UploadSlots small = new UploadSlots(SMALL_KIBIBYTES);

    /** How many uploads of each account are open. */
    @GuardedBy("this")
    private final Map<Long, Integer> open = new HashMap<>();

    Uploads(FeatureContext parts, Messages sending, Storage storage) {
        this.contents = parts.stores().contents();
        this.messages = sending;
        this.directory = parts.directory();
        this.audit = parts.audit();
        this.clock = parts.clock();
        this.config = parts.config();
        this.storage = storage;
        this.large = new UploadSlots(config.get().limits().uploads());
    }

    /** What somebody asks to send. */
    record UploadRequest(Audience audience, String name, long size, Upload.Shown shown, long answered) {}

    /** Returns the number of files that are being received. */
    int inProgress() {
        return large.taken() + small.taken();
    }

    /** Checks as {@link #admit(Caller, UploadRequest, long)} does, with no limit but the configured one. */
    Upload.AdmittedFile admit(Caller caller, UploadRequest asked) {
        return admit(caller, asked, Long.MAX_VALUE);
    }

    /**
     * Checks whether somebody may send a file.
     *
     * @param max the maximum size in its dialect, in bytes
     * @throws Refusal {@link Code#UNLOGGED}, {@link Code#BAD_NAME}, {@link Code#TOO_LARGE}, {@link Code#TOO_MANY}, {@link
     *     Code#NO_SUCH_USER} or {@link Code#NOT_ALLOWED}
     */
    Upload.AdmittedFile admit(Caller caller, UploadRequest asked, long max) {
        audit.requireLoggable();
        long limit = Math.min(max, config.get().limits().file());
        if (!(asked.audience() instanceof Audience.TooMany)) {
            if (asked.size() > limit) {
                throw new Refusal(
                        Code.TOO_LARGE,
                        "The file has %s; at most %s is accepted. It was not sent."
                                .formatted(Size.of(asked.size()), Size.of(limit)));
            }
            String fault = FileName.problem(asked.name());
            if (fault != null) {
                throw new Refusal(Code.BAD_NAME, fault + " It was not sent.");
            }
        }
        Recipients recipients = messages.recipients(caller, asked.audience());
        messages.admit(caller, recipients);
        return new Upload.AdmittedFile(recipients, asked.name(), asked.size(), asked.shown(), asked.answered());
    }

    /**
     * Opens an upload, whose content then follows.
     *
     * @throws Refusal {@link Code#NO_ROOM}
     */
    Upload open(Caller caller, Upload.AdmittedFile wanted) {
        return open(caller, wanted, () -> {});
    }

    /**
     * Opens an upload that may stay open while nothing arrives.
     *
     * @throws Refusal {@link Code#TOO_MANY} if the account has too many of these, or as {@link #open}
     */
    Upload openForLong(Caller caller, Upload.AdmittedFile wanted) {
        long account = caller.account();
        if (!countOpened(account)) {
            throw new Refusal(
                    Code.TOO_MANY,
                    "At most %d files of one user are sent at once. Finish or cancel one of them first."
                            .formatted(MAX_OPEN));
        }
        try {
            return open(caller, wanted, () -> countClosed(account));
        } catch (RuntimeException e) {
            countClosed(account);
            throw e;
        }
    }

    /** Reserves quota for a file whose content is stored already. */
    Reservations.Reservation reserve(Caller caller, long size) {
        return storage.reserve(directory.require(caller.account()), size, false);
    }

    /** Returns whether an account may have one more; if so, counts it. */
    private synchronized boolean countOpened(long account) {
        int before = open.getOrDefault(account, 0);
        if (before < MAX_OPEN) {
            open.put(account, before + 1);
        }
        return before < MAX_OPEN;
    }

    private synchronized void countClosed(long account) {
        open.computeIfPresent(account, (_, count) -> count > 1 ? (Integer) (count - 1) : null);
    }

    private Upload open(Caller caller, Upload.AdmittedFile wanted, Runnable closed) {
        Reservations.Reservation room = storage.reserve(directory.require(caller.account()), wanted.size(), true);
        try {
            Upload upload = new Upload(contents, messages, clock, wanted, () -> {
                room.close();
                closed.run();
            });
            room.contentStarted();
            return upload;
        } catch (RuntimeException e) {
            room.close();
            throw e;
        }
    }

    /**
     * Waits for a slot for an upload of this size; the slot is held while the upload is received.
     *
     * @param cut as in {@link UploadSlots#acquire}
     * @throws Refusal {@link Code#BUSY} if too many are being received
     */
    UploadSlots.Slot acquireSlot(Caller caller, long size, Runnable cut) throws InterruptedException {
        List<Holder> holders = caller.holders(config.get().isExempt(caller.address()));
        boolean isSmall = size <= ContentStore.CHUNK;
        UploadSlots.Slot turn = isSmall
                ? small.acquire(1 + (size >> 10), holders, SLOT_TIMEOUT, cut)
                : large.acquire(1, holders, SLOT_TIMEOUT, cut);
        if (turn == null) {
            throw new Refusal(
                    Code.BUSY, "Too many files are being sent at once. This one was not sent; try again later.");
        }
        return turn;
    }
}
