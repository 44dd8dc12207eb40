package chatd.daemon.files;

import chatd.audit.event.AuditEvent;
import chatd.daemon.directory.Directory;
import chatd.daemon.journal.AuditTrail;
import chatd.daemon.journal.ServiceParts;
import chatd.daemon.model.Refusal;
import chatd.daemon.session.Caller;
import chatd.daemon.store.ContentStore;
import chatd.daemon.store.MessageStore;
import chatd.protocol.value.Code;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Finds files for those who may fetch them, logs that they did, and reads them. Any thread; blocks. */
final class Fetches {
    private final MessageStore messages;
    private final ContentStore contents;
    private final Directory directory;
    private final AuditTrail audit;

    Fetches(ServiceParts parts) {
        this.messages = parts.stores().messages();
        this.contents = parts.stores().contents();
        this.directory = parts.directory();
        this.audit = parts.audit();
    }

    /**
     * Returns a file that somebody is to be sent, or to send on.
     *
     * @throws Refusal {@link Code#NO_SUCH_FILE} if there is none, or the user may not fetch it
     */
    MessageStore.Fetchable find(Caller caller, long file) {
        return messages.fetchable(file, directory.reader(caller.account())).orElseThrow(() -> {
            String why = Code.NO_SUCH_FILE.word();
            audit.caused("fetch " + why, caller, fetched(caller, file, why));
            return new Refusal(Code.NO_SUCH_FILE, "There is no file " + file + " for you.");
        });
    }

    /** Logs that a file is fetched: once an hour for each user and file, with how often. */
    void log(Caller caller, long file) {
        audit.hourly("fetch", file, caller, fetched(caller, file, null));
    }

    private static AuditEvent fetched(Caller caller, long file, @Nullable String refused) {
        return new AuditEvent.FileFetched(AuditTrail.who(caller), AuditTrail.peer(caller), file, refused);
    }

    /** Returns the bytes of a file from an offset on: at least one, at most {@code most}, and not beyond its end. */
    byte[] read(MessageStore.Fetchable found, long offset, long most) {
        byte[] piece = contents.read(found.file().content(), offset, (int) Math.min(most, ContentStore.CHUNK))
                .filter(bytes -> bytes.length > 0)
                .orElseThrow(
                        () -> new IllegalStateException("file " + found.file().number() + " ends at " + offset));
        return piece.length <= most ? piece : Arrays.copyOf(piece, (int) most);
    }
}
