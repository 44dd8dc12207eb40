package chatd.backup;

import chatd.audit.LogFiles;
import chatd.audit.form.Segment;
import chatd.audit.seal.SealKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The key that seals a log. */
final class SealKeys {
    private SealKeys() {}

    /** Returns whether the key in a file is that of a log's last segment. */
    static boolean hasSealed(Path key, LogFiles log) throws IOException {
        List<Path> closed = log.closed();
        Path last = Files.exists(log.part()) ? log.part() : closed.isEmpty() ? null : closed.getLast();
        return last != null
                && Files.exists(key)
                && SealKey.read(key)
                        .publicKey()
                        .id()
                        .equals(Segment.Head.read(last).key());
    }
}
