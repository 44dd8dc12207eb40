package chatd.backup;

import chatd.backup.archive.BackupFailure;
import chatd.backup.archive.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Room on a disk. */
public final class Room {
    private Room() {}

    /** Returns how many bytes a backup takes once it is restored, as estimated when it was made. */
    public static long needed(Manifest manifest) {
        // A table is larger after it was filled in order than its estimate by a few percent.
        return manifest.databaseBytes() + manifest.databaseBytes() / 10 + manifest.logBytes() + (64L << 20);
    }

    /**
     * Checks that a directory's disk has room.
     *
     * @param what what it is needed for, as in "to restore the log"
     * @throws BackupFailure if it has not
     */
    static void require(Path directory, long bytes, String what) throws IOException {
        long free = Files.getFileStore(directory).getUsableSpace();
        if (free < bytes) {
            throw new BackupFailure(directory + " has " + (free >> 20) + " MiB free; " + what + " takes about "
                    + (bytes >> 20) + " MiB");
        }
    }
}
