package chatd.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The minimum cost of a commit: half a kibibyte forced to disk, at the rate of the messages. */
final class Disk {
    private static final int FILE_BYTES = 16 << 20;
    private static final int BLOCK = 512;

    private Disk() {}

    /** Measures latencies in ms, one entry per window, on a file of its own whose blocks are already allocated. */
    static List<LoadGenerator.Figures> measure(Path file, int perSecond, int seconds, int windows) throws IOException {
        try (FileChannel disk =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            disk.write(ByteBuffer.allocate(FILE_BYTES));
            disk.force(true);
            List<LoadGenerator.Figures> measured = new ArrayList<>();
            for (int i = 0; i < windows; i++) {
                measured.add(window(disk, perSecond, perSecond * seconds));
            }
            return measured;
        }
    }

    private static LoadGenerator.Figures window(FileChannel disk, int perSecond, int writes) throws IOException {
        double[] latencies = new double[writes];
        long start = System.nanoTime();
        for (int i = 0; i < writes; i++) {
            long due = start + i * TimeUnit.SECONDS.toNanos(1) / perSecond;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            disk.write(ByteBuffer.allocate(BLOCK), (long) i * BLOCK % FILE_BYTES);
            disk.force(false);
            // Measured from when the write was due, because messages are sent while earlier ones are still being
            // committed: a write that waits for a slow one before it counts the wait.
            latencies[i] = (System.nanoTime() - due) / 1e6;
        }
        Arrays.sort(latencies);
        return new LoadGenerator.Figures(
                Map.of("p50_ms", latencies[writes / 2], "p99_ms", latencies[writes * 99 / 100]));
    }
}
