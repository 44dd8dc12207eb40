package chatd.daemon.files;

import chatd.audit.event.AuditEvent;
import chatd.daemon.directory.Directory;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.limit.FairSemaphore;
import chatd.daemon.limit.Pace;
import chatd.daemon.model.Refusal;
import chatd.daemon.session.Caller;
import chatd.daemon.store.read.AvatarStore;
import chatd.daemon.store.read.ContentStore;
import chatd.daemon.store.read.MessageStore;
import chatd.daemon.trail.AuditTrail;
import chatd.protocol.value.Code;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Finds files for those who may fetch them, logs that they did, and reads them. Any thread; blocks. */
final class Fetches {
    /** The share of the machine's processors that reading may take, however busy the chat is. */
    private static final double SHARE = 0.03;

    /** Time of reading that may be used at once after an idle time. */
    private static final Duration CREDIT = Duration.ofMillis(1);

    /**
     * Maximum time charged for a read: a longer one has waited for something other than a
     * processor.
     */
    private static final Duration MAX_CHARGED = Duration.ofMillis(20);

    /** Bytes read at a time when memory is tight. */
    private static final int SMALL_PIECE = 16 << 10;

    private final MessageStore messages;
    private final ContentStore contents;
    private final AvatarStore avatars;
    private final Directory directory;
    private final AuditTrail audit;
    private final Pace pace;

    /** For half of the processors; accounts take turns, however many files one of them fetches. */
    private final FairSemaphore turns =
            new FairSemaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));

    Fetches(FeatureContext parts) {
        this.messages = parts.stores().messages();
        this.contents = parts.stores().contents();
        this.avatars = parts.stores().avatars();
        this.directory = parts.directory();
        this.audit = parts.audit();
        this.pace = new Pace(SHARE, CREDIT, parts.sessions().fanout()::deliveredTo);
    }

    /**
     * Returns a file that somebody wants to fetch, or to send to others.
     *
     * @throws Refusal {@link Code#NO_SUCH_FILE} if there is none, or the user may not fetch it
     */
    MessageStore.Fetchable find(Caller caller, long file) {
        return messages.fetchable(file, directory.reader(caller.account())).orElseThrow(() -> {
            String why = Code.NO_SUCH_FILE.word();
            audit.logCoalesced("fetch " + why, caller, fetchEvent(caller, file, why));
            return new Refusal(Code.NO_SUCH_FILE, "There is no file " + file + " that you may fetch.");
        });
    }

    /** Logs that a file is fetched: once an hour for each user and file, with a count. */
    void log(Caller caller, long file) {
        audit.requireLoggable();
        audit.logHourly("fetch", file, caller, fetchEvent(caller, file, null));
    }

    private static AuditEvent fetchEvent(Caller caller, long file, @Nullable String refused) {
        return new AuditEvent.FileFetched(AuditTrail.identityOf(caller), AuditTrail.peer(caller), file, refused);
    }

    /**
     * Returns the picture of a user or a group, by its SHA-256, which only those know who were told it; empty if nobody
     * has it any more. Waits for a turn of the account, as {@link #read}.
     */
    Optional<byte[]> avatar(long account, byte[] sha256) throws InterruptedException {
        turns.acquire(account);
        try {
            pace.await();
            return avatars.picture(sha256);
        } finally {
            turns.release();
        }
    }

    /**
     * Returns the bytes of a file from an offset on: at least one, at most {@code limit}, and not beyond its end. Waits
     * for a turn of the account: however many files are fetched, messages do not queue behind them, nor others' files.
     *
     * @param account who fetches it
     * @param isTight returns whether memory is tight, so that fewer are read; asked when the turn
     *     has come
     */
    byte[] read(long account, MessageStore.Fetchable found, long offset, long limit, BooleanSupplier isTight)
            throws InterruptedException {
        turns.acquire(account);
        try {
            pace.await();
            long begin = System.nanoTime();
            int size = (int) Math.min(limit, isTight.getAsBoolean() ? SMALL_PIECE : ContentStore.CHUNK);
            byte[] piece = contents.read(found.file().content(), offset, size)
                    .filter(bytes -> bytes.length > 0)
                    .orElseThrow(() ->
                            new IllegalStateException("file " + found.file().number() + " ends at " + offset));
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            pace.recordTime(took, MAX_CHARGED);
            return piece.length <= size ? piece : Arrays.copyOf(piece, size);
        } finally {
            turns.release();
        }
    }
}
