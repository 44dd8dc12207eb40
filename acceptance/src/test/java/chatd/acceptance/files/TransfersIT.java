package chatd.acceptance.files;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Frame;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Wire;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Files stream both ways: a daemon with little memory transfers many times as much at once. */
@Tag("processes")
@Tag("bulk")
class TransfersIT {
    private static final int AT_ONCE = 32;
    private static final int SIZE = 16 << 20;
    private static final int PIECE = 64 << 10;

    @Test
    void halfAGigabyteAtOnceGoesThroughSmallMemory() throws Exception {
        byte[] content = new byte[SIZE];
        new Random(1).nextBytes(content);
        // The daemon exits at once when it runs out of memory: then none of these transfers would complete.
        try (SpawnedDaemon chatd = SpawnedDaemon.start(
                        Chatd.JAVA_OPTIONS,
                        "-Xmx128m -XX:MaxDirectMemorySize=96m",
                        // A disk may be slow.
                        "CHATD_DATABASE_TIMEOUT",
                        "30s");
                // Platform threads, each with its share of CPU time: a sender silent for five seconds is cut off.
                ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new)) {
            List<Future<?>> transfers = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                byte first = (byte) i;
                transfers.add(threads.submit(() -> transfer(chatd, content, first)));
            }
            for (Future<?> transfer : transfers) {
                transfer.get();
            }
            assertThat(chatd.daemon().isAlive()).isTrue();
        }
    }

    @Test
    void settingsOfManyAtOnceGoThroughSmallMemory() throws Exception {
        byte[] document = new byte[1 << 20];
        try (SpawnedDaemon chatd = SpawnedDaemon.start(Chatd.JAVA_OPTIONS, "-Xmx192m -XX:MaxDirectMemorySize=192m");
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> storing = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                storing.add(threads.submit(() -> {
                    try (Chat1Socket socket = chatd.newcomer()) {
                        socket.send(Wire.store(document), Wire.store(document), Wire.store(document));
                        socket.fenceWithNothing();
                    }
                }));
            }
            for (Future<?> one : storing) {
                one.get();
            }
            assertThat(chatd.daemon().isAlive()).isTrue();
        }
    }

    private static void transfer(SpawnedDaemon chatd, byte[] content, byte first) {
        try (Chat1Socket socket = chatd.newcomer()) {
            socket.send(Wire.fileHead("big", SIZE, socket.name()), new byte[] {first});
            for (int i = 1; i < SIZE; i += PIECE) {
                socket.send(Arrays.copyOfRange(content, i, Math.min(i + PIECE, SIZE)));
            }
            Frame offer = socket.expect(Wire.FILE);
            socket.send(Wire.fetch(offer.fileId()));
            byte[] there = socket.expect(Wire.CONTENT).body();
            assertThat(there).hasSize(Frame.FILE_HEAD + SIZE);
            assertThat(there[Frame.FILE_HEAD]).isEqualTo(first);
            assertThat(Arrays.equals(there, Frame.FILE_HEAD + 1, there.length, content, 1, SIZE))
                    .isTrue();
        }
    }
}
