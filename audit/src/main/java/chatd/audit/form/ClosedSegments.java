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
    /** Number of looks after which all segments are checked even if the directory seems unchanged. */
    private static final int ALL = 20;

    private final LogFiles files;
    private final Map<Path, Object> known = new TreeMap<>();
    private @Nullable FileTime changed;
    private int looks;

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
    public String look() throws IOException {
        FileTime now =
                Files.exists(files.directory()) ? Files.getLastModifiedTime(files.directory()) : FileTime.fromMillis(0);
        if (now.equals(changed) && ++looks % ALL != 0) {
            return null;
        }
        changed = now;
        String first = null;
        int more = -1;
        for (Map.Entry<Path, Object> each : copy().entrySet()) {
            Object key = LogFiles.keyOf(each.getKey());
            if (!Objects.equals(key, each.getValue()) && isNews(each.getKey(), each.getValue(), key)) {
                more++;
                first = first == null ? LogFiles.name(each.getKey()) + LogFiles.describeChange(key) : first;
            }
        }
        return first == null || more == 0 ? first : first + ", and " + more + " more";
    }

    private synchronized Map<Path, Object> copy() {
        return new TreeMap<>(known);
    }

    /** Records what a segment is now; returns false if it was forgotten meanwhile. */
    private synchronized boolean isNews(Path file, Object before, @Nullable Object key) {
        return key == null ? known.remove(file, before) : known.replace(file, before, key);
    }
}
