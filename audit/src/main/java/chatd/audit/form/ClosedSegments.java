package chatd.audit.form;

import chatd.audit.LogFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The closed segments of a log, each of which must stay the same file until retention deletes it. Thread-safe. */
public final class ClosedSegments {
    /** Every so many checks, all segments are examined even if the directory seems unchanged. */
    private static final int FULL_CHECK_EVERY = 20;

    private final LogFiles files;
    private final Map<Path, Object> known = new TreeMap<>();
    private @Nullable FileTime changed;
    private int checks;

    public ClosedSegments(LogFiles files) throws IOException {
        this.files = files;
        for (Path file : files.closed()) {
            add(file);
        }
    }

    public synchronized void add(Path file) throws IOException {
        Object key = LogFiles.keyOf(file);
        if (key != null) {
            known.put(file, key);
        }
    }

    /** Stops watching a segment that is about to be deleted. */
    public synchronized void forget(Path file) {
        known.remove(file);
    }

    /**
     * Checks the segments; returns, for an event, what happened to some of them, reported once, or null if all are in
     * place. Called by one thread.
     */
    @Nullable
    public String check() throws IOException {
        FileTime now =
                Files.exists(files.directory()) ? Files.getLastModifiedTime(files.directory()) : FileTime.fromMillis(0);
        if (now.equals(changed) && ++checks % FULL_CHECK_EVERY != 0) {
            return null;
        }
        changed = now;
        String first = null;
        int more = -1;
        for (Map.Entry<Path, Object> each : copy().entrySet()) {
            Object key = LogFiles.keyOf(each.getKey());
            if (!Objects.equals(key, each.getValue()) && update(each.getKey(), each.getValue(), key)) {
                more++;
                first = first == null ? LogFiles.name(each.getKey()) + LogFiles.describeChange(key) : first;
            }
        }
        return first == null || more == 0 ? first : first + ", and " + more + " more";
    }

    private synchronized Map<Path, Object> copy() {
        return new TreeMap<>(known);
    }

    /** Records the present file key of a segment; returns false if the segment was forgotten meanwhile. */
    private synchronized boolean update(Path file, Object before, @Nullable Object key) {
        return key == null ? known.remove(file, before) : known.replace(file, before, key);
    }
}
