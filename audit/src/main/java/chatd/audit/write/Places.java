package chatd.audit.write;

import chatd.audit.LogFiles;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.LogEvent;
import chatd.audit.form.ClosedSegments;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that the files of an open log stay in their places: whoever removes or replaces one under it loses nothing,
 * and is told of in the log. The log's lock guards it where nothing else is said.
 */
final class Places {
    /** So long at most something is appended to a file that has lost its name. */
    private static final long LOOK_NANOS = 250_000_000;

    private static final System.Logger LOG = System.getLogger(AuditLog.class.getName());

    private final LogFiles files;
    private final OpenSegment open;
    private final ClosedSegments segments;
    private final Reserve reserve;
    private final Publisher publisher;

    /** What else has to stay in its place. */
    private volatile AuditLog.Keeper other = () -> null;

    /** When the part was looked at last, by {@link System#nanoTime}. */
    private long looked = System.nanoTime() - LOOK_NANOS;

    /** What was found to have become of the files, and is not logged yet. */
    private final List<AuditEvent> found = new ArrayList<>();

    Places(LogFiles files, OpenSegment open, ClosedSegments segments, Reserve reserve, Publisher publisher) {
        this.files = files;
        this.open = open;
        this.segments = segments;
        this.reserve = reserve;
        this.publisher = publisher;
    }

    /** On any thread. */
    void keep(AuditLog.Keeper another) {
        other = another;
    }

    /**
     * Looks at the part, where that is due before something is appended.
     *
     * @throws IOException where it has lost its name, and can't be made anew: it is tried again each time
     */
    void beforeAppending() throws IOException {
        if (System.nanoTime() - looked >= LOOK_NANOS) {
            keepPart();
        }
    }

    /** As {@link #beforeAppending}, whenever that was last. */
    void keepPart() throws IOException {
        looked = System.nanoTime() - LOOK_NANOS;
        if (!open.isInPlace()) {
            // First what says whose the directory is: nothing of another daemon's is moved out of its place.
            Files.createDirectories(files.directory());
            note(other.keepInPlace());
        }
        note(open.keepInPlace());
        looked = System.nanoTime();
    }

    /** Looks at all without which the log can't be written. */
    void keepAll() throws IOException {
        keepPart();
        note(other.keepInPlace());
        note(reserve.keepInPlace());
    }

    /**
     * What became of the document; with the log's lock not held.
     *
     * @return for {@link #look}
     */
    @Nullable
    String document() {
        try {
            return publisher.keepInPlace();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "audit.xml can't be looked at: " + e.getMessage());
            return null;
        }
    }

    /** As {@link #document}, of the closed segments. */
    @Nullable
    String closedSegments() {
        try {
            return segments.look();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "closed segments can't be looked at: " + e.getMessage());
            return null;
        }
    }

    /**
     * Looks at everything.
     *
     * @param document what became of it, and {@code closed} of closed segments
     * @return whether there is something to be logged
     */
    boolean look(@Nullable String document, @Nullable String closed) throws IOException {
        note(document);
        note(closed);
        keepAll();
        if (hasFound()) {
            files.install("audit.xsd");
            files.install("audit.css");
        }
        return hasFound();
    }

    private void note(@Nullable String happened) {
        if (happened != null) {
            LOG.log(System.Logger.Level.ERROR, "under the running daemon " + happened);
            found.add(new LogEvent.LogTroubled(false, happened));
        }
    }

    boolean hasFound() {
        return !found.isEmpty();
    }

    /** What was found, then {@code events}. */
    List<AuditEvent> before(List<AuditEvent> events) {
        if (found.isEmpty()) {
            return events;
        }
        List<AuditEvent> all = new ArrayList<>(found);
        all.addAll(events);
        return all;
    }

    /** What was found is in the log. */
    void logged() {
        found.clear();
    }
}
