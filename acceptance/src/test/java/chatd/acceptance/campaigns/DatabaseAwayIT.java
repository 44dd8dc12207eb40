package chatd.acceptance.campaigns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.AuditReader;
import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.CutProxy;
import chatd.acceptance.kit.DemoProcess;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Wire;
import chatd.acceptance.log.HistoryCheck;
import chatd.acceptance.log.Talker;
import chatd.fixtures.Campaign;
import java.io.File;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The database suspended, killed, restarted, and cut off in the middle of commits, while users stay connected. */
@Tag("processes")
@Execution(ExecutionMode.CONCURRENT) // much of it is waiting
class DatabaseAwayIT {

    private int probes;

    @Test
    void usersAreToldOfASuspendedDatabaseAndTheDaemonRecovers() {
        try (DemoProcess demo = DemoProcess.start("CHATD_DATABASE_TIMEOUT", "2s");
                Chat1Socket ann = demo.newcomer();
                Chat1Socket ben = demo.newcomer()) {
            ProcessHandle database = demo.database().orElseThrow();
            ann.send(Wire.text("before", ben.name()));
            ben.expectText(ann.name(), "before");
            ProcessResult.signal("STOP", database.pid());
            try {
                ann.send(Wire.text("during", ben.name()));
                ann.expectServerText();
            } finally {
                ProcessResult.signal("CONT", database.pid());
            }
            awaitRecovery(ann, ben);
            expectSameHistories(ann, ben, new ArrayList<>(List.of("before")));
        }
    }

    @Test
    void usersAreToldOfAKilledDatabaseAndTheDaemonRecovers() throws IOException {
        try (DemoProcess demo = new DemoProcess(Map.of())) {
            demo.prepared().begin("--port", Integer.toString(ProcessResult.freePort()));
            List<String> mariadbd = DemoProcess.argv(demo.database().orElseThrow());
            demo.stop();
            Path socket = demo.directory.resolve("mariadb.sock");
            Process database = started(mariadbd.subList(0, mariadbd.size() - 1), socket);
            Path config = demo.directory.resolve("chatd.toml");
            Process daemon =
                    ProcessResult.start(demo.directory.resolve("daemon.out"), "daemon", "--config", config.toString());
            await().until(demo::listens);
            try (Chat1Socket ann = demo.newcomer();
                    Chat1Socket ben = demo.newcomer()) {
                for (int i = 0; i < 3; i++) {
                    awaitRecovery(ann, ben);
                    database.destroyForcibly().onExit().join();
                    ann.send(Wire.text("during " + i, ben.name()));
                    ann.expectServerText();
                    database = started(mariadbd.subList(0, mariadbd.size() - 1), socket);
                }
                awaitRecovery(ann, ben);
                expectSameHistories(ann, ben, new ArrayList<>());
            } finally {
                daemon.destroy();
                daemon.onExit().join();
                database.destroy();
                database.onExit().join();
            }
        }
    }

    @Test
    void connectionsCutInTheMiddleOfCommitsLoseAndDuplicateNothing() throws Exception {
        try (var proxy = CutProxy.onSocket();
                DemoProcess demo = new DemoProcess(
                        Map.of("CHATD_DATABASE_SOCKET", proxy.path().toString(), "CHATD_LIMITS_REPLAY", "1000000"))) {
            proxy.forwardTo(UnixDomainSocketAddress.of(demo.directory.resolve("mariadb.sock")));
            demo.prepared().begin("--port", "0");
            List<Talker> talkers = LogUnderFireIT.talkers(demo);
            Talker.beginUntilStopped(talkers);
            int cuts = Campaign.times(6, 20);
            for (int cut = 0; cut < cuts; cut++) {
                Campaign.reached(cut, cuts, "cuts");
                awaitMoreReceived(talkers, 50);
                if (cut % 2 == 0) {
                    proxy.swallowAnswers();
                    await().pollInterval(Duration.ofMillis(1)).until(() -> proxy.swallowed() > 0);
                }
                proxy.cut();
            }
            awaitMoreReceived(talkers, 50);
            for (Talker talker : talkers) {
                talker.stopTalking();
            }
            for (Talker talker : talkers) {
                talker.settle();
                assertThat(talker.isBroken()).as("stayed connected").isFalse();
            }
            for (Talker talker : talkers) {
                talker.leave();
            }
            var ledger = new HistoryCheck(demo, talkers, new AuditReader(demo.auditLog()));
            ledger.checkLogAgainst(ledger.checkHistories(true));
            assertThat(proxy.connections())
                    .as("the daemon connected through the proxy")
                    .isGreaterThan(cuts);
        }
    }

    private static void awaitMoreReceived(List<Talker> talkers, int more) {
        for (Talker talker : talkers) {
            int enough = talker.receivedCount() + more;
            await().pollInterval(Duration.ofMillis(2)).until(() -> talker.receivedCount() >= enough);
        }
    }

    /** Sends one text after another until the server no longer answers with a refusal. */
    private void awaitRecovery(Chat1Socket ann, Chat1Socket ben) {
        await().pollInterval(Duration.ofMillis(200)).until(() -> {
            ann.send(Wire.text("probe " + probes++, ben.name()));
            return ann.fence().stream().noneMatch(frame -> frame.code() == Wire.TEXT);
        });
    }

    /**
     * Checks that both histories are equal and without duplicates, and are what ben received over his one connection.
     */
    private static void expectSameHistories(Chat1Socket ann, Chat1Socket ben, List<String> received) {
        ben.fence().stream()
                .filter(frame -> frame.code() == Wire.TEXT && frame.name().equals(ann.name()))
                .forEach(frame -> received.add(frame.text()));
        List<String> history = ann.history(1000);
        assertThat(history).doesNotHaveDuplicates().isEqualTo(ben.history(1000)).isEqualTo(received);
        assertThat(new HashSet<>(history)).anyMatch(text -> text.startsWith("probe"));
    }

    private static Process started(List<String> command, Path socket) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(new File("/dev/null"))
                .start();
        await().until(() -> {
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                return channel.connect(UnixDomainSocketAddress.of(socket));
            } catch (IOException _) {
                return false;
            }
        });
        return process;
    }
}
