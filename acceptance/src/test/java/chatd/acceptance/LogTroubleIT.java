package chatd.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
 * A log that can't be written any more while people talk: a full disk, one with faults, a limit on the size of files, a
 * directory that became read-only. Nothing happens unlogged, nothing that was acknowledged is lost, and it goes on by itself.
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
            assertThat(did("umount", "-l", log.toString())).isTrue();
        }
    }

    @Test
    void aDiskThatFillsUp() throws Exception {
        assumeTrue(did("mount", "-t", "tmpfs", "-o", "size=40m", "none", log.toString()), "may mount");
        mounted = true;
        try (Demo demo = started(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(demo);
            Path ballast = log.resolve("ballast");
            long free = Files.getFileStore(log).getUsableSpace();
            Files.write(ballast, new byte[(int) free - (200 << 10)]);
            untilRefused(demo, talkers);
            assertThat(status(demo)).containsPattern("log +can't be written: No space left on device");
            for (Talker talker : talkers) {
                talker.stopTalking();
                // What there is can be read.
                talker.settle();
            }
            nothingBegins(demo, talkers);
            Files.delete(ballast);
            goesOn(demo, talkers);
            assertThat(published())
                    .containsPattern(
                            "type=\"log\" outcome=\"failed\" detail=\"No space left on device; its reserve of 16")
                    .containsPattern("type=\"log\" outcome=\"ok\" detail=\"written as before; since ");
        }
    }

    @Test
    void aFileThatMayNotGrow() throws Exception {
        try (Demo demo = started(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(demo);
            limit(demo, 30_000);
            untilRefused(demo, talkers);
            assertThat(status(demo)).containsPattern("log +can't be written: File too large");
            nothingBegins(demo, talkers);
            unlimited(demo);
            goesOn(demo, talkers);
            assertThat(published())
                    .as("what was committed before is logged, late")
                    .contains(" recovered=\"true\" ");
        }
    }

    @Test
    void aDiskWithFaults() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (Demo demo = started(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(demo);
            refusesMeanwhile(demo, talkers, disk, "write fsync");
        }
    }

    /** What was acknowledged and could not be brought to the disk is written once more, not only forced once more. */
    @Test
    void aDiskThatLosesWhatItTook() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (Demo demo = started(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(demo);
            refusesMeanwhile(demo, talkers, disk, "fsync");
            kill(demo, talkers);
            disk.pulled();
            disk = new FaultyDisk();
            beginsWithoutRecovery(demo);
            agree(demo, talkers, false);
        }
    }

    /** Without its name what is acknowledged in it would be gone after a loss of power. */
    @Test
    void aNewSegmentWhoseNameIsNotOnTheDisk() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (Demo demo = started(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(demo);
            Talker.beginWithoutEnd(talkers);
            disk.faults("fsyncdir");
            assertThat(demo.admin("", "log", "rotate").exits(1).err()).contains("Input/output error");
            awaitRefusal(demo, talkers);
            nothingBegins(demo, talkers);
            disk.faults("");
            goesOn(demo, talkers);
        }
    }

    /** It is not told at the pace at which it fails. */
    @Test
    void aDiskThatFailsNowAndThen() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (Demo demo = started(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(demo);
            Talker.beginWithoutEnd(talkers);
            for (int i = 1; i <= 3; i++) {
                disk.faults("fsync");
                awaitLogged(demo, "the server log can't be written: ", i);
                disk.faults("");
                awaitLogged(demo, "the server log is written again", i);
            }
            List<Instant> told = logged(demo, "the server log can't be written: ");
            for (int i = 1; i < told.size(); i++) {
                assertThat(Duration.between(told.get(i - 1), told.get(i))).isGreaterThan(Duration.ofSeconds(4));
            }
            goesOn(demo, talkers);
        }
    }

    private static void awaitLogged(Demo demo, String text, int times) {
        await().until(() -> logged(demo, text).size() >= times);
    }

    /** When the daemon said so. */
    private static List<Instant> logged(Demo demo, String text) {
        return demo.read("chatd.log")
                .lines()
                .filter(line -> line.contains(text))
                .map(line -> Instant.parse(line.substring(0, line.indexOf(' '))))
                .toList();
    }

    /** Nobody but the kernel knew of it, and it says it once: who starts then must not believe what can be read. */
    @Test
    @Tag("whole")
    void killedWhileTheDiskLoses() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (Demo demo = started(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(demo);
            Talker.beginWithoutEnd(talkers);
            disk.faults("fsync");
            awaitRefusal(demo, talkers);
            for (int i = 0; i < 2; i++) {
                kill(demo, talkers);
                if (i == 1) {
                    disk.pulled();
                    disk = new FaultyDisk();
                }
                disk.faults("");
                beginsWithoutRecovery(demo);
                talk(talkers, 20);
            }
            agree(demo, talkers, false);
        }
    }

    /** What can't be read any more either, only a new start can mend: it ends, so that systemd starts it again. */
    @Test
    @Tag("whole")
    void aDiskThatForgetsAtOnce() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (Demo demo = started(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(demo);
            Talker.beginWithoutEnd(talkers);
            disk.faults("fsync forget");
            assertThat(demo.awaitEnd()).isNotZero();
            assertThat(demo.read("chatd.log"))
                    .contains("can't go on: the disk has lost what was last written to the log");
            for (Talker talker : talkers) {
                talker.leave();
            }
            disk.faults("");
            demo.begin("--port", "0");
            assertThat(published()).contains(" type=\"recovery\" ", " recovered=\"true\" ");
            agree(demo, talkers, false);
        }
    }

    @Test
    void killedWhileItCantBeWritten() throws Exception {
        try (Demo demo = started(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(demo);
            limit(demo, 20_000);
            untilRefused(demo, talkers);
            kill(demo, talkers);
            demo.begin("--port", "0");
            agree(demo, talkers, false);
        }
    }

    @Test
    void aFileThatMayNotGrowAndServiceThatIsPreferred() throws Exception {
        try (Demo demo = started(Map.of("CHATD_AUDIT_ON_FAILURE", "continue"))) {
            List<Talker> talkers = LogUnderFireIT.talkers(demo);
            limit(demo, 20_000);
            Talker.begin(talkers, 300);
            await().until(() -> status(demo).contains("can't be written"));
            rest(talkers);
            demo.newcomer().close();
            unlimited(demo);
            await().until(() -> !status(demo).contains("can't be written"));
            talk(talkers, 20);
            agree(demo, talkers, true);
        }
    }

    /** Nothing that was answered goes into a file that nobody finds again. */
    @Test
    void whoRemovesTheOpenSegmentLosesNothing() throws Exception {
        try (Demo demo = started(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(demo);
            Talker.beginWithoutEnd(talkers);
            Path part = log.resolve("audit.part");
            for (int i = 1; i <= 3; i++) {
                await().until(() -> Files.exists(part));
                Files.delete(part);
                // Were it removed again before that was noticed, it would be noticed once.
                awaitLogged(demo, "audit.part was removed", i);
            }
            rest(talkers);
            try (Chat1Socket socket = demo.connect()) {
                socket.send(Wire.logIn("nobody-at-all", "not-the-password"));
                assertThat(socket.next().code()).isEqualTo(Wire.NO_SUCH_USER);
            }
            kill(demo, List.of());
            beginsWithoutRecovery(demo);
            String logged = published();
            assertThat(logged.split("audit.part was removed", -1)).hasSize(4);
            assertThat(logged).contains(" reason=\"no-such-user\"").doesNotContain(" recovered=\"true\"");
            assertThat(demo.read("chatd.log")).contains("under the running daemon audit.part was removed");
            agree(demo, talkers, true);
        }
    }

    @Test
    void aDirectoryThatBecameReadOnly() throws Exception {
        try (Demo demo = started(Map.of())) {
            List<Talker> talkers = LogUnderFireIT.talkers(demo);
            // Laid over it, since what is open for writing can't be made read-only.
            assumeTrue(did("mount", "--bind", log.toString(), log.toString()), "may mount");
            mounted = true;
            // This, and taking it away, not while something is just being published.
            await().until(() -> did("mount", "-o", "remount,ro,bind", log.toString()));
            talk(talkers, 50);
            await().untilAsserted(() -> assertThat(status(demo))
                    .containsPattern("log +written, but can't be published: .*Read-only file system"));
            demo.admin("", "log", "rotate").exits(1);
            await().until(() -> did("umount", log.toString()));
            mounted = false;
            await().until(() -> status(demo).contains("log          written, in "));
            agree(demo, talkers, true);
        }
    }

    /** What {@code src/test/python/faulty.py} shows in the log's place. */
    private final class FaultyDisk {
        private final Path faults = place.resolve("faults");
        private final Process process;

        FaultyDisk() throws Exception {
            Path behind = Files.createDirectories(place.resolve("behind"));
            process = new ProcessBuilder(
                            "/usr/bin/python3",
                            Run.ROOT
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

        void faults(String which) throws IOException {
            Path fresh = Files.writeString(place.resolve("faults.new"), which);
            Files.move(fresh, faults, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }

        /** The plug. */
        void pulled() throws Exception {
            assertThat(did("umount", log.toString())).isTrue();
            mounted = false;
            assertThat(process.waitFor()).isZero();
        }
    }

    private Demo started(Map<String, String> more) {
        var environment = new HashMap<>(more);
        environment.put("CHATD_AUDIT_DIRECTORY", log.toString());
        environment.put("CHATD_LIMITS_REPLAY", "1000000");
        return new Demo(environment).prepared().begin("--port", "0");
    }

    private Ledger ledger(Demo demo, List<Talker> talkers) throws Exception {
        return new Ledger(demo, talkers, new AuditReader(readable()));
    }

    /** The log, for those who read it: behind a disk with faults, where a file that takes another's place is never missing. */
    private Path readable() {
        Path behind = place.resolve("behind");
        return Files.exists(behind) ? behind : log;
    }

    private String published() throws IOException {
        return Files.readString(readable().resolve("audit.xml"));
    }

    /** They talk until the daemon says that it can't write its log. */
    private static void untilRefused(Demo demo, List<Talker> talkers) throws Exception {
        Talker.beginWithoutEnd(talkers);
        awaitRefusal(demo, talkers);
    }

    private static void awaitRefusal(Demo demo, List<Talker> talkers) {
        await().until(() -> status(demo).contains("can't be written"));
        for (Talker talker : talkers) {
            await().until(() -> talker.told().stream().anyMatch(text -> text.contains("can't write its log")));
        }
    }

    /** Nobody logs in, or registers, or is made a user. */
    private static void nothingBegins(Demo demo, List<Talker> talkers) throws Exception {
        try (Chat1Socket socket = demo.connect()) {
            socket.send(Wire.logIn(talkers.getFirst().person().name(), Chatd.PASSWORD));
            assertThat(socket.expectServerText()).contains("can't write its log");
            socket.send(Wire.register("nobodyyet", Chatd.PASSWORD));
            assertThat(socket.expectServerText()).contains("can't write its log");
        }
        Run run = demo.admin("", "user", "add", "nobodyyet").exits(1);
        assertThat(run.err()).contains("can't write its log").doesNotContain("password is");
    }

    private void goesOn(Demo demo, List<Talker> talkers) throws Exception {
        await().until(() -> !status(demo).contains("can't be written"));
        for (Talker talker : talkers) {
            await().until(() -> talker.told().stream().anyMatch(text -> text.contains("can write its log again")));
        }
        rest(talkers);
        talk(talkers, 20);
        agree(demo, talkers, true);
        assertThat(demo.read("chatd.log"))
                .contains("the server log can't be written", "the server log is written again");
    }

    private void refusesMeanwhile(Demo demo, List<Talker> talkers, FaultyDisk disk, String faults) throws Exception {
        Talker.beginWithoutEnd(talkers);
        disk.faults(faults);
        awaitRefusal(demo, talkers);
        assertThat(status(demo)).containsPattern("log +can't be written: Input/output error");
        nothingBegins(demo, talkers);
        disk.faults("");
        goesOn(demo, talkers);
    }

    private static void kill(Demo demo, List<Talker> talkers) throws Exception {
        demo.killDaemon();
        for (Talker talker : talkers) {
            talker.leave();
        }
        assertThat(demo.awaitEnd()).isNotZero();
    }

    private void beginsWithoutRecovery(Demo demo) throws Exception {
        demo.begin("--port", "0");
        assertThat(published()).doesNotContain(" type=\"recovery\" ");
    }

    /** The log has what people heard and what is stored, and verifies with both. */
    private void agree(Demo demo, List<Talker> talkers, boolean allDelivered) throws Exception {
        ledger(demo, talkers).logAgreesWith(ledger(demo, talkers).histories(allDelivered));
        verified(demo);
    }

    private static void talk(List<Talker> talkers, int most) throws InterruptedException {
        Talker.begin(talkers, most);
        rest(talkers);
    }

    /** They fall silent, get all that was said, and leave. */
    private static void rest(List<Talker> talkers) throws InterruptedException {
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

    private void verified(Demo demo) throws IOException {
        Path key = Files.writeString(
                place.resolve("seal.pem"), demo.admin("", "log", "key").exits(0).out());
        demo.admin("", "log", "anchor").exits(0);
        Run run = demo.admin(
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

    private static String status(Demo demo) {
        return demo.admin("", "status").exits(0).out();
    }

    /** The open segment may grow by so many bytes more. */
    private void limit(Demo demo, long more) throws Exception {
        prlimit(demo, Long.toString(Files.size(log.resolve("audit.part")) + more));
    }

    private static void unlimited(Demo demo) throws Exception {
        prlimit(demo, "");
    }

    private static void prlimit(Demo demo, String soft) throws Exception {
        String limit = soft.isEmpty() ? "--fsize=unlimited" : "--fsize=" + soft + ":";
        assertThat(did("prlimit", "--pid", Long.toString(demo.daemon().pid()), limit))
                .isTrue();
    }

    private static boolean did(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            System.err.println(String.join(" ", command) + ": " + said);
            return false;
        }
        return true;
    }
}
