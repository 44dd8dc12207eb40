package chatd.backup;

import chatd.audit.LogFiles;
import chatd.audit.form.Segment;
import chatd.backup.archive.BackupFailure;
import chatd.backup.archive.BackupWriter;
import chatd.backup.archive.MachineFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Copies a log into a backup while it is written: closed segments, then the open one as far as it goes, and the torn
 * ends that a killed daemon left. Used by one thread; blocks.
 */
final class LogCopy {
    /** Bytes from the end in which the last line of the open segment ends, unless that line is unusually long. */
    private static final int TAIL = 64 << 10;

    private final LogFiles files;

    LogCopy(Path directory) {
        this.files = new LogFiles(directory);
    }

    /** Returns the size of the log in bytes. */
    long bytes() throws IOException {
        long bytes = 0;
        for (Path file :
                Stream.concat(files.closed().stream(), Stream.of(files.part())).toList()) {
            bytes += Files.exists(file) ? Files.size(file) : 0;
        }
        return bytes;
    }

    /**
     * Copies the log.
     *
     * @param progress called after each file
     * @throws BackupFailure if a segment is deleted meanwhile
     */
    void write(BackupWriter to, Runnable progress) throws IOException {
        for (Path torn : files.torn()) {
            to.add("log/" + torn.getFileName(), MachineFile.of(torn));
        }
        long last = -1;
        do {
            for (Path closed : files.closed()) {
                if (LogFiles.segmentNumber(closed) > last) {
                    writeClosed(closed, to);
                    last = LogFiles.segmentNumber(closed);
                    progress.run();
                }
            }
        } while (!writeOpen(last, to));
    }

    private static void writeClosed(Path segment, BackupWriter to) throws IOException {
        try {
            to.add("log/" + segment.getFileName(), MachineFile.of(segment));
        } catch (NoSuchFileException e) {
            throw new BackupFailure(
                    "the log's " + segment.getFileName()
                            + " was deleted during the backup, by retention: make it again",
                    e);
        }
    }

    /** Copies the open segment, if there is one; returns false if others were closed before it meanwhile. */
    private boolean writeOpen(long lastClosed, BackupWriter to) throws IOException {
        try (FileChannel part = FileChannel.open(files.part())) {
            long number = Segment.Head.read(LogFiles.streamOf(part, at -> {})).number();
            if (lastClosed >= 0 && number > lastClosed + 1) {
                return false;
            }
            if (number > lastClosed) {
                try (InputStream in = LogFiles.streamOf(part, at -> {})) {
                    to.add(
                            "log/" + LogFiles.name(files.part()),
                            MachineFile.of(files.part()).withSize(end(part)),
                            in);
                }
            }
        } catch (NoSuchFileException e) {
            // Between two segments, or the daemon was stopped there: the closed ones are all.
        }
        return true;
    }

    /** Returns where the last whole line ends. */
    private static long end(FileChannel part) throws IOException {
        long size = part.size();
        for (long tail = TAIL; ; tail *= 2) {
            long from = Math.max(0, size - tail);
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(size - from));
            while (bytes.hasRemaining() && part.read(bytes, from + bytes.position()) > 0) {
                // Until all are there.
            }
            for (int i = bytes.position() - 1; i >= 0; i--) {
                if (bytes.get(i) == '\n') {
                    return from + i + 1;
                }
            }
            if (from == 0) {
                return 0;
            }
        }
    }
}
