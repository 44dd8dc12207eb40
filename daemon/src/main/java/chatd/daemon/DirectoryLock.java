package chatd.daemon;

import chatd.audit.LogFiles;
import chatd.audit.write.AuditLog;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Exclusive lock on a directory, held by one process; released when the process ends, however it ends. */
public final class DirectoryLock implements Closeable, AuditLog.Keeper {
    private final Path path;
    private final String what;

    @GuardedBy("this")
    private FileChannel file;

    /** Identity of the locked file; if the path names another file by now, another process can lock that one. */
    @GuardedBy("this")
    private @Nullable Object key;

    private DirectoryLock(Path path, String what) throws IOException {
        this.path = path;
        this.what = what;
        this.file = lock();
    }

    /** Thrown if another process holds the lock. */
    public static final class Held extends AuditLog.Taken {
        private static final long serialVersionUID = 1L;

        Held(String message) {
            super(message);
        }
    }

    /**
     * Locks a directory.
     *
     * @param name the lock file's name
     * @param what names the directory's content in the error message if it is locked, for example {@code "the log"}
     * @throws Held if another process holds the lock; the message names it
     */
    static DirectoryLock take(Path directory, String name, String what) throws IOException {
        return new DirectoryLock(directory.resolve(name), what);
    }

    @GuardedBy("this")
    private FileChannel lock() throws IOException {
        FileChannel opened =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (!isLocked(opened)) {
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

    /**
     * Locks the directory of a log.
     *
     * @throws Held if another process holds the lock; the message names it
     */
    public static DirectoryLock of(LogFiles log) throws IOException {
        return new DirectoryLock(log.lock(), "the log");
    }

    private static boolean isLocked(FileChannel file) throws IOException {
        try {
            return file.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // Another part of this process has it.
            return false;
        }
    }

    /** Acquires the lock again if its file was removed or replaced; fails if another process holds it by now. */
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
