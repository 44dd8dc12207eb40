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

/** The closed segments that a log has, each of which stays the file that it is until retention deletes it. Any thread. */
public final class ClosedSegments {
    /** Looks after which all are looked at, also where the directory seems to be as it was. */
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

    /** It is about to be deleted. */
    public synchronized void forget(Path file) {
        known.remove(file);
    }

    /** What became of some of them, for an event, told once; null where all is as it should be. One thread. */
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
                first = first == null ? LogFiles.name(each.getKey()) + LogFiles.fate(key) : first;
            }
        }
        return first == null || more == 0 ? first : first + ", and " + more + " more";
    }

    private synchronized Map<Path, Object> copy() {
        return new TreeMap<>(known);
    }

    /** Takes in what one is now; false where it was forgotten meanwhile. */
    private synchronized boolean isNews(Path file, Object before, @Nullable Object key) {
        return key == null ? known.remove(file, before) : known.replace(file, before, key);
    }
}
