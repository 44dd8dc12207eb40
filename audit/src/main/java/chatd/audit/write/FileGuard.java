package chatd.audit.write;

import chatd.audit.FileFailure;
import chatd.audit.LogFiles;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.LogEvent;
import chatd.audit.form.ClosedSegments;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the files of an open log in place: if one is removed or replaced under it, nothing is lost and an event records
 * it. Guarded by the log's lock unless noted otherwise.
 */
final class FileGuard {
    /** Longest time, in nanoseconds, that events are appended to a file that has lost its name. */
    private static final long CHECK_NANOS = 250_000_000;

    private static final System.Logger LOG = System.getLogger(AuditLog.class.getName());

    private final LogFiles files;
    private final Clock clock;
    private final OpenSegment open;
    private final ClosedSegments segments;
    private final Reserve reserve;
    private final Publisher publisher;

    /** Keeps whatever else must stay in place. */
    private volatile AuditLog.Keeper other = () -> null;

    /** When the part was last checked, by {@link System#nanoTime}. */
    private long lastChecked = System.nanoTime() - CHECK_NANOS;

    /** Events about what happened to the files, found but not yet logged. */
    private final List<AuditEvent> found = new ArrayList<>();

    FileGuard(
            LogFiles files,
            Clock clock,
            OpenSegment open,
            ClosedSegments segments,
            Reserve reserve,
            Publisher publisher) {
        this.clock = clock;
        this.files = files;
        this.open = open;
        this.segments = segments;
        this.reserve = reserve;
        this.publisher = publisher;
    }

    /** Sets the keeper of whatever else must stay in place. Safe for use by any thread. */
    void keep(AuditLog.Keeper another) {
        other = another;
    }

    /**
     * Checks the part before an append, if a check is due.
     *
     * @throws IOException if it has lost its name and can't be recreated; every call then retries
     */
    void beforeAppending() throws IOException {
        if (System.nanoTime() - lastChecked >= CHECK_NANOS) {
            keepPart();
        }
    }

    /** Checks the part, as {@link #beforeAppending} does, however recent the last check. */
    void keepPart() throws IOException {
        lastChecked = System.nanoTime() - CHECK_NANOS;
        if (!open.file().isInPlace()) {
            // The keeper first: it knows whose directory this is, and no file of another daemon may be moved away.
            Files.createDirectories(files.directory());
            addFound(other.keepInPlace());
        }
        addFound(open.file().keepInPlace(clock.instant()));
        lastChecked = System.nanoTime();
    }

    /** Checks every file without which the log can't be written. */
    void keepAll() throws IOException {
        keepPart();
        addFound(other.keepInPlace());
        addFound(reserve.keepInPlace());
    }

    /**
     * Checks the document. Called without the log's lock.
     *
     * @return what happened to it, for {@link #checkAll}; null if nothing did
     */
    @Nullable
    String checkDocument() {
        try {
            return publisher.keepInPlace();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "CHATD-406 audit.xml can't be checked: " + FileFailure.describe(e));
            return null;
        }
    }

    /** Checks the closed segments, as {@link #checkDocument} does the document. */
    @Nullable
    String checkClosedSegments() {
        try {
            return segments.check();
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "CHATD-407 closed segments can't be checked: " + FileFailure.describe(e));
            return null;
        }
    }

    /**
     * Checks everything.
     *
     * @param document what happened to the document, as {@code closed} is what happened to closed segments
     * @return whether there is something to log
     */
    boolean checkAll(@Nullable String document, @Nullable String closed) throws IOException {
        addFound(document);
        addFound(closed);
        keepAll();
        if (hasFound()) {
            files.install("audit.xsd");
            files.install("audit.css");
        }
        return hasFound();
    }

    private void addFound(@Nullable String happened) {
        if (happened != null) {
            LOG.log(System.Logger.Level.ERROR, "CHATD-408 under the running daemon " + happened);
            found.add(new LogEvent.LogTroubled(false, happened));
        }
    }

    boolean hasFound() {
        return !found.isEmpty();
    }

    /** Returns the events found, followed by {@code events}. */
    List<AuditEvent> before(List<AuditEvent> events) {
        if (found.isEmpty()) {
            return events;
        }
        List<AuditEvent> all = new ArrayList<>(found);
        all.addAll(events);
        return all;
    }

    /** Clears the events found, now that they are in the log. */
    void clearFound() {
        found.clear();
    }
}
