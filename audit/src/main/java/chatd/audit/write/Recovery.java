package chatd.audit.write;

import chatd.audit.LogFiles;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.LogEvent;
import chatd.audit.form.Line;
import chatd.audit.form.Segment;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Repairs at startup what the last owner of a log left unfinished when it was killed or lost power at any moment: a
 * torn tail is cut off and kept in a separate file, and a segment that was being closed is closed.
 *
 * @param open the segment to continue; null if the next one must be begun
 * @param before the last closed segment, if {@code open} has no event yet or is null
 * @param repairs events to be logged
 */
record Recovery(@Nullable Segment open, @Nullable Segment before, List<AuditEvent> repairs) {
    static Recovery of(LogFiles files, AuditLog.Fsync fsync, Clock clock) throws IOException {
        List<AuditEvent> mended = new ArrayList<>();
        boolean hadPart = Files.exists(files.part());
        Segment open = hadPart ? repairTail(files, clock, mended) : null;
        if (open != null && !open.isClosed()) {
            dropSecondName(files);
        }
        if (open == null) {
            open = fromPublished(files, clock, mended);
            if (!hadPart && open != null) {
                mended.add(new LogEvent.LogTroubled(
                        false,
                        "audit.part was missing at startup: the log continues from audit.xml, and everything after that"
                                + " is lost, except what the database has"));
            }
        } else if (open.isClosed() && !isClosed(files, open)) {
            open = close(files, fsync, open);
        }
        if (open != null && isClosed(files, open)) {
            open = null;
        }
        List<Path> closed = files.closed();
        if (!hadPart && open == null && !closed.isEmpty()) {
            mended.add(new LogEvent.LogTroubled(
                    false,
                    "neither audit.part nor audit.xml was there at startup: the log continues from its last closed"
                            + " segment, and everything after that is lost, except what the database has"));
        }
        Segment before = null;
        if (!closed.isEmpty() && (open == null || open.lastSeq() < 0)) {
            before = Segment.read(closed.getLast());
            mended.addFirst(
                    new LogEvent.Rotated(LogFiles.name(closed.getLast()), before.lastMessage(), before.lastChange()));
        }
        return new Recovery(open, before, mended);
    }

    /**
     * Removes the second name if it is left over from a failed rotation, because power was lost first: the segment
     * continues.
     */
    private static void dropSecondName(LogFiles files) throws IOException {
        List<Path> closed = files.closed();
        if (!closed.isEmpty() && Files.isSameFile(closed.getLast(), files.part())) {
            Files.delete(closed.getLast());
            files.syncDirectory();
        }
    }

    private static boolean isClosed(LogFiles files, Segment segment) throws IOException {
        List<Path> closed = files.closed();
        return !closed.isEmpty() && LogFiles.segmentNumber(closed.getLast()) >= segment.number;
    }

    /** Recreates a missing part from the last published document, to continue it; null if there is none to continue. */
    private static @Nullable Segment fromPublished(LogFiles files, Clock clock, List<AuditEvent> mended)
            throws IOException {
        if (!Files.exists(files.published())) {
            return null;
        }
        Segment published;
        try {
            published = Segment.read(files.published());
        } catch (Segment.Broken e) {
            Path kept = unusedTornName(files, clock);
            Files.move(files.published(), kept);
            mended.add(new LogEvent.Recovered(Files.size(kept), LogFiles.name(kept)));
            return null;
        }
        if (isClosed(files, published)) {
            return null;
        }
        Path fresh = files.temporary("audit.part");
        try (FileChannel in = FileChannel.open(files.published());
                FileChannel out = FileChannel.open(
                        fresh,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            LogFiles.copy(in, 0, published.end(), out);
            out.force(true);
        }
        Files.move(fresh, files.part(), StandardCopyOption.ATOMIC_MOVE);
        files.syncDirectory();
        return Segment.read(files.part());
    }

    private static @Nullable Segment repairTail(LogFiles files, Clock clock, List<AuditEvent> mended)
            throws IOException {
        Segment last;
        try {
            last = Segment.read(files.part());
        } catch (Segment.Broken e) {
            Path kept = keepTail(files, 0, clock);
            mended.add(new LogEvent.Recovered(Files.size(kept), LogFiles.name(kept)));
            Files.delete(files.part());
            return null;
        }
        long torn = Files.size(files.part()) - last.end();
        boolean wasBeingClosed = last.isClosed() && torn == Line.CLOSING.length;
        if (torn > 0 && !wasBeingClosed) {
            Path kept = keepTail(files, last.end(), clock);
            mended.add(new LogEvent.Recovered(torn, LogFiles.name(kept)));
            try (FileChannel part = FileChannel.open(files.part(), StandardOpenOption.WRITE)) {
                return cutBack(files, part, last);
            }
        }
        return last;
    }

    private static Segment cutBack(LogFiles files, FileChannel part, Segment segment) throws IOException {
        part.truncate(segment.end());
        part.force(true);
        return Segment.read(files.part());
    }

    /** Returns an unused name for the file in which torn data is kept. */
    private static Path unusedTornName(LogFiles files, Clock clock) {
        for (long at = clock.millis(); ; at++) {
            Path kept = files.torn(at);
            if (!Files.exists(kept)) {
                return kept;
            }
        }
    }

    private static Path keepTail(LogFiles files, long from, Clock clock) throws IOException {
        Path kept = unusedTornName(files, clock);
        try (FileChannel in = FileChannel.open(files.part());
                FileChannel out = FileChannel.open(kept, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            LogFiles.copy(in, from, in.size(), out);
            out.force(true);
        }
        return kept;
    }

    /** Finishes an interrupted {@link AuditLog#rotate}; if that fails, the segment continues, as it does there. */
    private static Segment close(LogFiles files, AuditLog.Fsync fsync, Segment segment) throws IOException {
        try (FileChannel part = FileChannel.open(files.part(), StandardOpenOption.WRITE)) {
            try {
                if (fsync != AuditLog.Fsync.NEVER) {
                    part.force(true);
                }
                files.close(files.closed(segment.number, segment.started));
                return segment;
            } catch (IOException e) {
                return cutBack(files, part, segment);
            }
        }
    }
}
