package chatd.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The closed segments that a log has, each of which stays the file that it is until retention deletes it. Any thread. */
final class ClosedSegments {
    /** Looks after which all are looked at, also where the directory seems to be as it was. */
    private static final int ALL = 20;

    private final LogFiles files;
    private final Map<Path, Object> known = new TreeMap<>();
    private @Nullable FileTime changed;
    private int looks;

    ClosedSegments(LogFiles files) throws IOException {
        this.files = files;
        for (Path file : files.closed()) {
            add(file);
        }
    }

    synchronized void add(Path file) throws IOException {
        Object key = LogFiles.keyOf(file);
        if (key != null) {
            known.put(file, key);
        }
    }

    /** It is about to be deleted. */
    synchronized void forget(Path file) {
        known.remove(file);
    }

    /** What became of some of them, for an event, told once; null where all is as it should be. */
    synchronized @Nullable String look() throws IOException {
        if (known.isEmpty()) {
            return null;
        }
        FileTime now =
                Files.exists(files.directory()) ? Files.getLastModifiedTime(files.directory()) : FileTime.fromMillis(0);
        if (now.equals(changed) && ++looks % ALL != 0) {
            return null;
        }
        changed = now;
        String first = null;
        int more = -1;
        for (Iterator<Map.Entry<Path, Object>> all = known.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Path, Object> each = all.next();
            Object key = LogFiles.keyOf(each.getKey());
            if (Objects.equals(key, each.getValue())) {
                continue;
            }
            more++;
            if (first == null) {
                first = LogFiles.name(each.getKey()) + LogFiles.fate(key);
            }
            if (key == null) {
                all.remove();
            } else {
                each.setValue(key);
            }
        }
        return first == null || more == 0 ? first : first + ", and " + more + " more";
    }
}
