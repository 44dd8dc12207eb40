package chatd.daemon.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceManagerTest {
    @TempDir
    private Path directory;

    private static final String PID = Long.toString(ProcessHandle.current().pid());

    private static void assertNotified(String address) throws IOException {
        try (NotifySocket systemd = new NotifySocket(address)) {
            ServiceManager manager = new ServiceManager(Map.of("NOTIFY_SOCKET", address));
            manager.ready();
            manager.status("12 users online – 王芳 among them");
            manager.status("12 users online – 王芳 among them");
            manager.reloading();
            manager.alive();
            manager.stopping();
            await().until(() -> systemd.received.contains("STOPPING=1"));
            assertThat(systemd.received).hasSize(5);
            assertThat(systemd.received.get(0)).isEqualTo("READY=1");
            assertThat(systemd.received.get(1)).isEqualTo("STATUS=12 users online – 王芳 among them");
            assertThat(systemd.received.get(2)).matches("RELOADING=1 MONOTONIC_USEC=\\d+");
            assertThat(systemd.received.get(3)).isEqualTo("WATCHDOG=1");
        }
    }

    @Test
    void systemdIsNotifiedAtAPath() throws IOException {
        assertNotified(directory.resolve("notify").toString());
    }

    @Test
    void systemdIsNotifiedAtAnAbstractName() throws IOException {
        assertNotified("@chatd-test-" + UUID.randomUUID());
    }

    @Test
    void whereNobodyListensNothingFails() {
        new ServiceManager(Map.of()).ready();
        ServiceManager lonely = new ServiceManager(
                Map.of("NOTIFY_SOCKET", directory.resolve("nobody").toString()));
        lonely.ready();
        lonely.status("all the same");
        new ServiceManager(Map.of("NOTIFY_SOCKET", "/" + "x".repeat(200))).ready();
    }

    @Test
    void theWatchdogOfAnotherProcessIsIgnored() {
        assertThat(new ServiceManager(Map.of("WATCHDOG_USEC", "30000000", "WATCHDOG_PID", PID)).watchdog())
                .contains(Duration.ofSeconds(30));
        assertThat(new ServiceManager(Map.of("WATCHDOG_USEC", "30000000")).watchdog())
                .contains(Duration.ofSeconds(30));
        assertThat(new ServiceManager(Map.of("WATCHDOG_USEC", "30000000", "WATCHDOG_PID", "1")).watchdog())
                .isEmpty();
        assertThat(new ServiceManager(Map.of("WATCHDOG_USEC", "soon")).watchdog())
                .isEmpty();
        assertThat(new ServiceManager(Map.of()).watchdog()).isEmpty();
    }

    @Test
    void socketsForAnotherProcessAreIgnored() {
        long pid = ProcessHandle.current().pid();
        assertThat(InheritedSockets.of(Map.of("LISTEN_FDS", "2", "LISTEN_PID", PID), pid))
                .isEqualTo(List.of(3, 4));
        assertThat(InheritedSockets.of(Map.of("LISTEN_FDS", "2", "LISTEN_PID", "1"), pid))
                .isEmpty();
        assertThat(InheritedSockets.of(Map.of("LISTEN_FDS", "2"), pid)).isEmpty();
        assertThat(InheritedSockets.of(Map.of("LISTEN_FDS", "many", "LISTEN_PID", PID), pid))
                .isEmpty();
        assertThat(InheritedSockets.of(Map.of(), pid)).isEmpty();
    }
}
