package chatd.daemon.systemd;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchdogTest {
    @TempDir
    private Path directory;

    private static long fed(List<String> got) {
        return got.stream().filter("WATCHDOG=1"::equals).count();
    }

    @Test
    void itIsFedAsLongAsEveryPartAnswersAndNamesTheOneThatDoesNot() throws IOException {
        String address = directory.resolve("notify").toString();
        Semaphore hangs = new Semaphore(1);
        try (NotifySocket systemd = new NotifySocket(address);
                Watchdog watchdog =
                        new Watchdog(new ServiceManager(Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "600000")))) {
            await().until(() -> fed(systemd.received) > 2);
            watchdog.watch("what fails", () -> {
                throw new IOException("a failure is a response too");
            });
            watchdog.watch("the journal", () -> {
                hangs.acquire();
                hangs.release();
            });
            watchdog.status(() -> "well");
            await().until(() -> systemd.received.contains("STATUS=well"));
            long before = fed(systemd.received);
            await().until(() -> fed(systemd.received) > before + 8);
            hangs.acquireUninterruptibly();
            await().until(() -> systemd.received.getLast().equals("STATUS=not responding: the journal"));
            long starved = fed(systemd.received);
            await().during(Duration.ofMillis(700)).until(() -> fed(systemd.received) == starved);
            hangs.release();
            await().until(() -> fed(systemd.received) > starved + 2);
            await().until(() -> systemd.received.getLast().equals("WATCHDOG=1"));
        }
    }
}
