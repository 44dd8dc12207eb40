package chatd.audit.write;

import chatd.audit.LogFiles;
import chatd.audit.form.Chain;
import chatd.audit.form.Line;
import chatd.audit.form.OpenPart;
import chatd.audit.form.Segment;
import chatd.audit.seal.SealKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The part of a newly begun segment, open for appending. */
record FreshPart(OpenPart part, long number, Instant started, long size, String chain) {
    /** Creates the part of a new segment; nothing changes until its last step, a rename. */
    static FreshPart begin(LogFiles files, String host, long number, String previous, Instant started, SealKey key)
            throws IOException {
        byte[] head = Line.head(number, host, started, previous, key).getBytes(StandardCharsets.UTF_8);
        OpenPart part = OpenPart.create(files, file -> LogFiles.write(file, head));
        String chain = new Chain(previous).add(Arrays.copyOf(head, head.length - 1));
        return new FreshPart(part, number, started, head.length, chain);
    }

    /** Begins, at startup, the segment after {@code before}, or the very first one if that is null. */
    static Segment begin(LogFiles files, String host, Clock clock, @Nullable Segment before, SealKey key)
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
        fresh.part().file().close();
        files.syncDirectory();
        return Segment.read(files.part());
    }
}
