package chatd.daemon;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Sees to it that one process alone has a directory. It ends with the process, however that ends. */
final class DirectoryLock implements Closeable {
    private final FileChannel file;

    private DirectoryLock(FileChannel file) {
        this.file = file;
    }

    /** Another process has it. */
    static final class Held extends IOException {
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
        FileChannel file = FileChannel.open(
                directory.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = file.tryLock();
        if (lock == null) {
            ByteBuffer holder = ByteBuffer.allocate(20);
            file.read(holder, 0);
            file.close();
            String pid = new String(holder.array(), 0, holder.position(), StandardCharsets.US_ASCII).strip();
            throw new Held(
                    "another chatd, process " + pid + ", has " + what + " in " + directory + ". Stop that one first.");
        }
        file.truncate(0);
        file.write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
        return new DirectoryLock(file);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
