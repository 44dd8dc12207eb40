package chatd.daemon;

import chatd.audit.LogFiles;
import chatd.audit.write.AuditLog;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Sees to it that one process alone has a directory. It ends with the process, however that ends. */
final class DirectoryLock implements Closeable, AuditLog.Keeper {
    private final Path path;
    private final String what;
    private FileChannel file;

    /** What its name has to stand for: who finds another file there takes the lock of that. */
    private @Nullable Object key;

    private DirectoryLock(Path path, String what) throws IOException {
        this.path = path;
        this.what = what;
        this.file = lock();
    }

    /** Another process has it. */
    static final class Held extends AuditLog.Taken {
        private static final long serialVersionUID = 1L;

        Held(String message) {
            super(message);
        }
    }

    /**
     * Takes the lock of a directory.
     *
     * @param what of ours it has, for who finds it taken: {@code "the log"}, in a file called {@code name}
     * @throws Held where another process has it; the message says which
     */
    static DirectoryLock take(Path directory, String name, String what) throws IOException {
        return new DirectoryLock(directory.resolve(name), what);
    }

    private FileChannel lock() throws IOException {
        FileChannel opened =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = opened.tryLock();
            if (lock == null) {
                ByteBuffer holder = ByteBuffer.allocate(20);
                opened.read(holder, 0);
                String pid = new String(holder.array(), 0, holder.position(), StandardCharsets.US_ASCII).strip();
                throw new Held("another chatd, process " + pid + ", has " + what + " in " + path.getParent()
                        + ". Stop that one first.");
            }
            opened.truncate(0);
            opened.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            key = LogFiles.keyOf(path);
            return opened;
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    /** Takes the lock anew where its file was removed or replaced; it fails where another process has it by now. */
    @Override
    public synchronized @Nullable String keepInPlace() throws IOException {
        if (Objects.equals(LogFiles.keyOf(path), key)) {
            return null;
        }
        FileChannel before = file;
        file = lock();
        before.close();
        return path.getFileName() + " was removed or replaced; the lock was taken anew";
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }
}
