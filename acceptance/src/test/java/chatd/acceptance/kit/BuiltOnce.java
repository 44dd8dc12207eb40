package chatd.acceptance.kit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Directories that tests need and that take long to make: made by the first that needs one, and kept. */
public final class BuiltOnce {
    private BuiltOnce() {}

    /** Makes a directory. */
    public interface Builder {
        void build(Path place) throws IOException;
    }

    /**
     * Returns a directory, made at first use; other processes that need it meanwhile wait.
     *
     * @param all the directory of those of its kind
     */
    public static synchronized Path get(Path all, String name, Builder builder) throws IOException {
        Path place = all.resolve(name);
        Path marker = all.resolve(name + ".whole");
        Files.createDirectories(all);
        try (FileChannel lock = FileChannel.open(
                        all.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = lock.lock()) {
            if (!Files.exists(marker)) {
                builder.build(place);
                Files.createFile(marker);
            }
            return place;
        }
    }
}
