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
 * The part, open to be written and read: it is the truth, whatever becomes of its name.
 *
 * @param key what its name has to stand for, as {@link LogFiles#keyOf}
 */
public record OpenPart(FileChannel file, @Nullable Object key) {
    /** What a part begins with. */
    public interface Content {
        void writeTo(FileChannel part) throws IOException;
    }

    /** Opens the one that is there. */
    public static OpenPart open(LogFiles files) throws IOException {
        FileChannel opened = FileChannel.open(files.part(), StandardOpenOption.READ, StandardOpenOption.WRITE);
        return new OpenPart(opened, LogFiles.keyOf(files.part()));
    }

    /** Makes another, which is on the disk; until its last step, which is a rename, nothing has changed. */
    public static OpenPart make(LogFiles files, Content content) throws IOException {
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
            // It takes room that may be needed.
            Files.deleteIfExists(fresh);
            throw e;
        }
    }
}
