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

/** The least that a commit can cost: half a kibibyte forced to disk, at the rate of the messages. */
final class Disk {
    private static final int FILE_BYTES = 16 << 20;
    private static final int BLOCK = 512;

    private Disk() {}

    /** Measures latencies in ms, one entry per window, on a file of its own whose blocks are already allocated. */
    static List<LoadGenerator.Figures> measure(Path file, int aSecond, int seconds, int windows) throws IOException {
        try (FileChannel disk =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            disk.write(ByteBuffer.allocate(FILE_BYTES));
            disk.force(true);
            List<LoadGenerator.Figures> measured = new ArrayList<>();
            for (int i = 0; i < windows; i++) {
                measured.add(window(disk, aSecond, aSecond * seconds));
            }
            return measured;
        }
    }

    private static LoadGenerator.Figures window(FileChannel disk, int aSecond, int writes) throws IOException {
        double[] took = new double[writes];
        long begun = System.nanoTime();
        for (int i = 0; i < writes; i++) {
            long due = begun + i * TimeUnit.SECONDS.toNanos(1) / aSecond;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            disk.write(ByteBuffer.allocate(BLOCK), (long) i * BLOCK % FILE_BYTES);
            disk.force(false);
            // Measured from when the write was due, because messages are sent while earlier ones are still being
            // committed: a write that waits for a slow one before it counts the wait.
            took[i] = (System.nanoTime() - due) / 1e6;
        }
        Arrays.sort(took);
        return new LoadGenerator.Figures(Map.of("p50_ms", took[writes / 2], "p99_ms", took[writes * 99 / 100]));
    }
}
