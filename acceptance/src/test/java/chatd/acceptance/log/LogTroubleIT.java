package chatd.acceptance.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import chatd.acceptance.campaigns.LogUnderFireIT;
import chatd.acceptance.kit.AuditReader;
import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A log that can no longer be written while people talk: a full disk, a faulty one, a limit on the size of files, a
 * directory that became read-only. Nothing happens unlogged, nothing acknowledged is lost, and the daemon recovers by
 * itself.
 */
@Tag("processes")
@Execution(ExecutionMode.CONCURRENT) // much of it is waiting
class LogTroubleIT {
    @TempDir
    private Path place;

    private Path log;
    private boolean mounted;

    @BeforeEach
    void directory() throws IOException {
        log = Files.createDirectory(place.resolve("log"));
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertThat(succeeds("umount", "-l", log.toString())).isTrue();
        }
    }

    /**
     * Without space reserved for texts: otherwise they are refused before the disk is full
     * ({@code HttpQuotasIT}).
     */
    @Test
    void aDiskThatFillsUp() throws Exception {
        assumeTrue(succeeds("mount", "-t", "tmpfs", "-o", "size=40m", "none", log.toString()), "mounting is permitted");
        mounted = true;
        try (SpawnedDaemon chatd = startDaemon(Map.of("CHATD_STORAGE_TEXTS", "0"))) {
            List<Talker> talkers = LogUnderFireIT.talkers(chatd);
            Path ballast = log.resolve("ballast");
            long free = Files.getFileStore(log).getUsableSpace();
            Files.write(ballast, new byte[(int) free - (200 << 10)]);
            talkUntilRefused(chatd, talkers);
            assertThat(status(chatd)).containsPattern("log +can't be written: No space left on device");
            for (Talker talker : talkers) {
                talker.stopTalking();
                // What is stored can still be read.
                talker.settle();
            }
            nobodyCanLogIn(chatd, talkers);
            Files.delete(ballast);
            expectRecovery(chatd, talkers);
            assertThat(published())
                    .containsPattern(
                            "type=\"log\" outcome=\"failed\" detail=\"No space left on device \\(/\\S+/audit\\.part\\); its reserve of 16")
                    .containsPattern("type=\"log\" outcome=\"ok\" detail=\"can be written again; could not be since ");
        }
    }

    @Test
    void aFileThatMayNotGrow() throws Exception {
        try (SpawnedDaemon chatd = startDaemon(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(chatd);
            limit(chatd, 30_000);
            talkUntilRefused(chatd, talkers);
            assertThat(status(chatd)).containsPattern("log +can't be written: File too large");
            nobodyCanLogIn(chatd, talkers);
            removeLimit(chatd);
            expectRecovery(chatd, talkers);
            assertThat(published())
                    .as("what was committed before is logged, late")
                    .contains(" recovered=\"true\" ");
        }
    }

    @Test
    void aDiskWithFaults() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (SpawnedDaemon chatd = startDaemon(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(chatd);
            expectRefusalDuring(chatd, talkers, disk, "write fsync");
        }
    }

    /** Acknowledged bytes whose fsync failed are written again, not merely fsynced again. */
    @Test
    void aDiskThatLosesWhatItAccepted() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (SpawnedDaemon chatd = startDaemon(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(chatd);
            expectRefusalDuring(chatd, talkers, disk, "fsync");
            kill(chatd, talkers);
            disk.pullThePlug();
            disk = new FaultyDisk();
            startsWithoutRecovery(chatd);
            checkLog(chatd, talkers, false);
        }
    }

    /** Without its directory entry, everything acknowledged in the segment would be lost on power failure. */
    @Test
    void aNewSegmentWhoseDirectoryEntryIsNotOnTheDisk() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (SpawnedDaemon chatd = startDaemon(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(chatd);
            Talker.beginUntilStopped(talkers);
            disk.setFaults("fsyncdir");
            assertThat(chatd.admin("", "log", "rotate").exits(1).err()).contains("Input/output error");
            awaitRefusal(chatd, talkers);
            nobodyCanLogIn(chatd, talkers);
            disk.setFaults("");
            expectRecovery(chatd, talkers);
        }
    }

    /** Failures are not reported as often as they occur. */
    @Test
    void aDiskThatFailsNowAndThen() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (SpawnedDaemon chatd = startDaemon(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(chatd);
            Talker.beginUntilStopped(talkers);
            for (int i = 1; i <= 3; i++) {
                disk.setFaults("fsync");
                awaitLogged(chatd, "the audit log can't be written: ", i);
                disk.setFaults("");
                awaitLogged(chatd, "the audit log is written again", i);
            }
            List<Instant> reports = logged(chatd, "the audit log can't be written: ");
            // Every five seconds at most; each is logged a little after it was due.
            assertThat(Duration.between(reports.getFirst(), reports.getLast()))
                    .isGreaterThan(Duration.ofSeconds(5L * (reports.size() - 1) - 3));
            expectRecovery(chatd, talkers);
        }
    }

    private static void awaitLogged(SpawnedDaemon chatd, String text, int times) {
        await().until(() -> logged(chatd, text).size() >= times);
    }

    /** Returns the times at which the daemon logged this text. */
    private static List<Instant> logged(SpawnedDaemon chatd, String text) {
        return chatd.read("chatd.log")
                .lines()
                .filter(line -> line.contains(text))
                .map(line -> Instant.parse(line.substring(0, line.indexOf(' '))))
                .toList();
    }

    /**
     * Only the kernel knew of the loss, and it reports it only once: a daemon started afterwards
     * must not trust what it can read.
     */
    @Test
    @Tag("whole")
    void killedWhileTheDiskLosesWrites() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (SpawnedDaemon chatd = startDaemon(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(chatd);
            Talker.beginUntilStopped(talkers);
            disk.setFaults("fsync");
            awaitRefusal(chatd, talkers);
            for (int i = 0; i < 2; i++) {
                kill(chatd, talkers);
                if (i == 1) {
                    disk.pullThePlug();
                    disk = new FaultyDisk();
                }
                disk.setFaults("");
                startsWithoutRecovery(chatd);
                talk(talkers, 20);
            }
            checkLog(chatd, talkers, false);
        }
    }

    /**
     * Only a restart can repair a log whose lost bytes can't even be read back: the daemon exits, so that systemd
     * restarts it.
     */
    @Test
    @Tag("whole")
    void aDiskThatLosesWritesAtOnce() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (SpawnedDaemon chatd = startDaemon(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(chatd);
            Talker.beginUntilStopped(talkers);
            disk.setFaults("fsync forget");
            assertThat(chatd.awaitEnd()).isNotZero();
            assertThat(chatd.read("chatd.log"))
                    .contains("can't go on: the disk has lost what was last written to the log");
            for (Talker talker : talkers) {
                talker.leave();
            }
            disk.setFaults("");
            chatd.begin();
            assertThat(published()).contains(" type=\"recovery\" ", " recovered=\"true\" ");
            checkLog(chatd, talkers, false);
        }
    }

    @Test
    void killedWhileTheLogCannotBeWritten() throws Exception {
        try (SpawnedDaemon chatd = startDaemon(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(chatd);
            limit(chatd, 20_000);
            talkUntilRefused(chatd, talkers);
            kill(chatd, talkers);
            chatd.begin();
            checkLog(chatd, talkers, false);
        }
    }

    @Test
    void aFileThatMayNotGrowWhileTheDaemonIsToContinueUnlogged() throws Exception {
        try (SpawnedDaemon chatd = startDaemon(Map.of("CHATD_AUDIT_ON_FAILURE", "continue"))) {
            List<Talker> talkers = LogUnderFireIT.talkers(chatd);
            limit(chatd, 20_000);
            Talker.begin(talkers, 300);
            await().until(() -> status(chatd).contains("can't be written"));
            stopAll(talkers);
            chatd.newcomer().close();
            removeLimit(chatd);
            await().until(() -> !status(chatd).contains("can't be written"));
            talk(talkers, 20);
            checkLog(chatd, talkers, true);
        }
    }

    /** Nothing that was answered is lost in an unlinked file. */
    @Test
    void removingTheOpenSegmentLosesNothing() throws Exception {
        try (SpawnedDaemon chatd = startDaemon(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(chatd);
            Talker.beginUntilStopped(talkers);
            Path part = log.resolve("audit.part");
            for (int i = 1; i <= 3; i++) {
                await().until(() -> Files.exists(part));
                Files.delete(part);
                // Two removals before the first is noticed would be noticed as one.
                awaitLogged(chatd, "audit.part was removed", i);
            }
            stopAll(talkers);
            try (Chat1Socket socket = chatd.connect()) {
                socket.send(Wire.logIn("nobody-at-all", "not-the-password"));
                assertThat(socket.next().code()).isEqualTo(Wire.NO_SUCH_USER);
            }
            kill(chatd, List.of());
            startsWithoutRecovery(chatd);
            String logged = published();
            assertThat(logged.split("audit.part was removed", -1)).hasSize(4);
            assertThat(logged).contains(" reason=\"no-such-user\"").doesNotContain(" recovered=\"true\"");
            assertThat(chatd.read("chatd.log")).contains("under the running daemon audit.part was removed");
            checkLog(chatd, talkers, true);
        }
    }

    @Test
    void aDirectoryThatBecameReadOnly() throws Exception {
        try (SpawnedDaemon chatd = startDaemon(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(chatd);
            // A bind mount, because a file system with files open for writing can't be made read-only.
            assumeTrue(succeeds("mount", "--bind", log.toString(), log.toString()), "mounting is permitted");
            mounted = true;
            // Retried, like the unmount below: either fails while a file is just being published.
            await().until(() -> succeeds("mount", "-o", "remount,ro,bind", log.toString()));
            talk(talkers, 50);
            await().untilAsserted(() -> assertThat(status(chatd))
                    .containsPattern("log +written, but can't be published: .*Read-only file system"));
            chatd.admin("", "log", "rotate").exits(1);
            await().until(() -> succeeds("umount", log.toString()));
            mounted = false;
            await().until(() -> status(chatd).contains("log          written, in "));
            checkLog(chatd, talkers, true);
        }
    }

    /** The file system of {@code src/test/python/faulty.py}, mounted over the log's directory. */
    private final class FaultyDisk {
        private final Path faults = place.resolve("faults");
        private final Process process;

        FaultyDisk() throws Exception {
            Path behind = Files.createDirectories(place.resolve("behind"));
            process = new ProcessBuilder(
                            "/usr/bin/python3",
                            ProcessResult.ROOT
                                    .resolve("acceptance/src/test/python/faulty.py")
                                    .toString(),
                            behind.toString(),
                            log.toString(),
                            faults.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(place.resolve("faulty.out").toFile())
                    .start();
            await().until(() -> !process.isAlive() || isMounted());
            assumeTrue(
                    isMounted(),
                    "may mount a file system of its own: " + Files.readString(place.resolve("faulty.out")));
            mounted = true;
        }

        private boolean isMounted() throws IOException {
            return Files.readString(Path.of("/proc/self/mounts")).contains(" " + log + " fuse");
        }

        void setFaults(String which) throws IOException {
            Path fresh = Files.writeString(place.resolve("faults.new"), which);
            Files.move(fresh, faults, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }

        /** Unmounts the file system, as if the plug were pulled: what is not on the disk is lost. */
        void pullThePlug() throws Exception {
            assertThat(succeeds("umount", log.toString())).isTrue();
            mounted = false;
            assertThat(process.waitFor()).isZero();
        }
    }

    private SpawnedDaemon startDaemon(Map<String, String> more) {
        var environment = new HashMap<>(more);
        environment.put("CHATD_AUDIT_DIRECTORY", log.toString());
        environment.put("CHATD_LIMITS_REPLAY", "1000000");
        return SpawnedDaemon.start(environment);
    }

    private HistoryCheck historyCheck(SpawnedDaemon chatd, List<Talker> talkers) throws Exception {
        return new HistoryCheck(chatd, talkers, new AuditReader(readable()));
    }

    /**
     * Returns the directory in which to read the log: the one behind a faulty disk, where a file that is being replaced
     * is never missing.
     */
    private Path readable() {
        Path behind = place.resolve("behind");
        return Files.exists(behind) ? behind : log;
    }

    private String published() throws IOException {
        return Files.readString(readable().resolve("audit.xml"));
    }

    /** Lets them talk until the daemon says that it can't write its log. */
    private static void talkUntilRefused(SpawnedDaemon chatd, List<Talker> talkers) throws Exception {
        Talker.beginUntilStopped(talkers);
        awaitRefusal(chatd, talkers);
    }

    private static void awaitRefusal(SpawnedDaemon chatd, List<Talker> talkers) {
        await().until(() -> status(chatd).contains("can't be written"));
        for (Talker talker : talkers) {
            await().until(() -> talker.serverTexts().stream().anyMatch(text -> text.contains("can't write its log")));
        }
    }

    /** Checks that nobody can log in, register, or be added as a user. */
    private static void nobodyCanLogIn(SpawnedDaemon chatd, List<Talker> talkers) throws Exception {
        try (Chat1Socket socket = chatd.connect()) {
            socket.send(Wire.logIn(talkers.getFirst().person().name(), Chatd.PASSWORD));
            assertThat(socket.expectServerText()).contains("can't write its log");
            socket.send(Wire.register("nobodyyet", Chatd.PASSWORD));
            assertThat(socket.expectServerText()).contains("can't write its log");
        }
        ProcessResult run = chatd.admin("", "user", "add", "nobodyyet").exits(1);
        assertThat(run.err()).contains("can't write its log").doesNotContain("password is");
    }

    private void expectRecovery(SpawnedDaemon chatd, List<Talker> talkers) throws Exception {
        await().until(() -> !status(chatd).contains("can't be written"));
        for (Talker talker : talkers) {
            await().until(() ->
                    talker.serverTexts().stream().anyMatch(text -> text.contains("can write its log again")));
        }
        stopAll(talkers);
        talk(talkers, 20);
        checkLog(chatd, talkers, true);
        assertThat(chatd.read("chatd.log"))
                .contains("the audit log can't be written", "the audit log is written again");
    }

    private void expectRefusalDuring(SpawnedDaemon chatd, List<Talker> talkers, FaultyDisk disk, String faults)
            throws Exception {
        Talker.beginUntilStopped(talkers);
        disk.setFaults(faults);
        awaitRefusal(chatd, talkers);
        assertThat(status(chatd)).containsPattern("log +can't be written: Input/output error");
        nobodyCanLogIn(chatd, talkers);
        disk.setFaults("");
        expectRecovery(chatd, talkers);
    }

    private static void kill(SpawnedDaemon chatd, List<Talker> talkers) throws Exception {
        chatd.killDaemon();
        for (Talker talker : talkers) {
            talker.leave();
        }
        assertThat(chatd.awaitEnd()).isNotZero();
    }

    private void startsWithoutRecovery(SpawnedDaemon chatd) throws Exception {
        chatd.begin();
        assertThat(published()).doesNotContain(" type=\"recovery\" ");
    }

    /** Checks that the log matches what people received and what is stored, and that it verifies. */
    private void checkLog(SpawnedDaemon chatd, List<Talker> talkers, boolean allDelivered) throws Exception {
        historyCheck(chatd, talkers)
                .checkLogAgainst(historyCheck(chatd, talkers).checkHistories(allDelivered));
        verifyLog(chatd);
    }

    private static void talk(List<Talker> talkers, int count) throws InterruptedException {
        Talker.begin(talkers, count);
        stopAll(talkers);
    }

    /** Stops the talkers, waits until they have received everything, and disconnects them. */
    private static void stopAll(List<Talker> talkers) throws InterruptedException {
        for (Talker talker : talkers) {
            talker.stopTalking();
        }
        for (Talker talker : talkers) {
            talker.settle();
        }
        for (Talker talker : talkers) {
            talker.leave();
        }
    }

    private void verifyLog(SpawnedDaemon chatd) throws IOException {
        Path key = Files.writeString(
                place.resolve("seal.pem"),
                chatd.admin("", "log", "key").exits(0).out());
        chatd.admin("", "log", "anchor").exits(0);
        ProcessResult run = chatd.admin(
                        "",
                        "log",
                        "verify",
                        "--messages",
                        "--key",
                        key.toString(),
                        readable().toString())
                .exits(0);
        assertThat(run.out()).startsWith("genuine up to the seal ");
    }

    private static String status(SpawnedDaemon chatd) {
        return chatd.admin("", "status").exits(0).out();
    }

    /** Lets the open segment grow by this many more bytes at most. */
    private void limit(SpawnedDaemon chatd, long more) throws Exception {
        prlimit(chatd, Long.toString(Files.size(log.resolve("audit.part")) + more));
    }

    private static void removeLimit(SpawnedDaemon chatd) throws Exception {
        prlimit(chatd, "");
    }

    private static void prlimit(SpawnedDaemon chatd, String soft) throws Exception {
        String limit = soft.isEmpty() ? "--fsize=unlimited" : "--fsize=" + soft + ":";
        assertThat(succeeds("prlimit", "--pid", Long.toString(chatd.daemon().pid()), limit))
                .isTrue();
    }

    private static boolean succeeds(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            System.err.println(String.join(" ", command) + ": " + said);
            return false;
        }
        return true;
    }
}
