package chatd.audit.form;

import chatd.audit.LogFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The part, open for reading and writing: it is authoritative whatever happens to its name.
 *
 * @param key the file key that its name must refer to, from {@link LogFiles#keyOf}
 */
public record OpenPart(FileChannel file, @Nullable Object key) {
    /** The initial content of a part. */
    public interface Content {
        void writeTo(FileChannel part) throws IOException;
    }

    /** Opens the existing part. */
    public static OpenPart open(LogFiles files) throws IOException {
        FileChannel opened = FileChannel.open(files.part(), StandardOpenOption.READ, StandardOpenOption.WRITE);
        return new OpenPart(opened, LogFiles.keyOf(files.part()));
    }

    /** Creates a new part and forces it to disk; nothing changes until its last step, a rename. */
    public static OpenPart create(LogFiles files, Content content) throws IOException {
        Path fresh = files.temporary("audit.part");
        FileChannel part = FileChannel.open(
                fresh,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        try {
            Object key = LogFiles.keyOf(fresh);
            content.writeTo(part);
            part.force(true);
            Files.move(fresh, files.part(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return new OpenPart(part, key);
        } catch (IOException e) {
            part.close();
            // It takes up space that may be needed.
            Files.deleteIfExists(fresh);
            throw e;
        }
    }
}
