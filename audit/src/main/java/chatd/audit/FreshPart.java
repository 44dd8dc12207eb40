package chatd.audit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The part of a segment that has just begun, open for appending.
 *
 * @param key as {@link LogFiles#keyOf}
 */
record FreshPart(FileChannel part, @Nullable Object key, long number, Instant started, long size, String chain) {
    /** Makes the part of a new segment; until its last step, which is a rename, nothing has changed. */
    static FreshPart begin(
            LogFiles files, String host, long number, String previous, Instant started, @Nullable SealKey key)
            throws IOException {
        Path fresh = files.temporary("audit.part");
        byte[] head = Line.head(number, host, started, previous, key).getBytes(StandardCharsets.UTF_8);
        FileChannel part = FileChannel.open(
                fresh,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        Object name;
        try {
            name = LogFiles.keyOf(fresh);
            LogFiles.write(part, head);
            part.force(true);
            Files.move(fresh, files.part(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            part.close();
            throw e;
        }
        String chain = new Chain(previous).add(Arrays.copyOf(head, head.length - 1));
        return new FreshPart(part, name, number, started, head.length, chain);
    }

    /** The same at the start, after {@code before} or as the very first. */
    static Segment begin(LogFiles files, String host, Clock clock, @Nullable Segment before, @Nullable SealKey key)
            throws IOException {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Instant last = before == null ? null : before.lastTime();
        FreshPart fresh = begin(
                files,
                host,
                before == null ? 1 : before.number + 1,
                before == null ? Chain.ORIGIN : before.chain(),
                last != null && last.isAfter(now) ? last : now,
                key);
        fresh.part().close();
        files.forceNames();
        return Segment.read(files.part());
    }
}
