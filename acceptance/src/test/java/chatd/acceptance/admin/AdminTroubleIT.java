package chatd.acceptance.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.AuditReader;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.DatabaseServer;
import chatd.acceptance.kit.DemoProcess;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.certs.Authority;
import chatd.demo.DaemonProcess;
import chatd.fixtures.TestTimeout;
import chatd.mariadb.PrivateMariaDb;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Administrators' commands when the daemon stops, its database is unreachable, or its log can't be written. */
@Tag("processes")
class AdminTroubleIT {
    /** Matches the performance data of a plugin: {@code label=value[unit];[warning];[critical];[least];[most]}. */
    private static final String FIGURES = "( [a-z_]+=-?[0-9.]+[cB]?(;[0-9:]*){2,4})+";

    @TempDir
    private Path directory;

    private Path list(int pupils) throws IOException {
        return Files.writeString(
                directory.resolve("pupils.csv"),
                IntStream.range(0, pupils)
                        .mapToObj(i -> "pupil-" + letters(i) + ",class " + i % 20)
                        .collect(Collectors.joining("\n", "name,note\n", "\n")));
    }

    /** Spells a number in letters, so that no name looks like another, or like a number. */
    static String letters(int number) {
        return Integer.toString(number, 8)
                .chars()
                .mapToObj(c -> String.valueOf("bdfhkmst".charAt(c - '0')))
                .collect(Collectors.joining());
    }

    private static Duration cpuTime(SpawnedDaemon chatd) {
        return chatd.daemon().info().totalCpuDuration().orElseThrow();
    }

    @Test
    void aDaemonThatStopsInTheMiddleOfAnImportHasImportedNothing() throws Exception {
        // Expensive hashing: each password takes a while.
        try (SpawnedDaemon chatd =
                SpawnedDaemon.start("CHATD_HASHING_MEMORY", "64 MiB", "CHATD_HASHING_ITERATIONS", "4")) {
            Path passwords = directory.resolve("passwords.csv");
            Path pending = directory.resolve("passwords.csv.pending");
            Path said = directory.resolve("said");
            Process following = ProcessResult.start(
                    directory.resolve("tail"),
                    "admin",
                    "--socket",
                    chatd.adminSocket().toString(),
                    "log",
                    "tail",
                    "-f");
            await().until(() -> Files.readString(directory.resolve("tail")).contains("command=\"log tail\""));
            Duration before = cpuTime(chatd);
            Process importing = ProcessResult.start(
                    said,
                    "admin",
                    "--socket",
                    chatd.adminSocket().toString(),
                    "user",
                    "import",
                    list(300).toString(),
                    "--passwords",
                    passwords.toString());
            // Waits for two seconds of CPU time, out of about a minute's work.
            await().until(() ->
                    Files.exists(pending) && cpuTime(chatd).minusSeconds(2).compareTo(before) > 0);
            chatd.daemon().destroy();
            assertThat(importing.waitFor(TestTimeout.LONG)).isTrue();
            assertThat(importing.exitValue()).as(Files.readString(said)).isEqualTo(69);
            assertThat(Files.readString(said))
                    .contains("The daemon ended before it answered", "their passwords are in " + pending)
                    .doesNotContain("\tat ");
            assertThat(following.waitFor(TestTimeout.LONG)).isTrue();
            assertThat(following.exitValue()).isEqualTo(69);
            chatd.awaitEnd();
            ProcessResult run = chatd.admin("", "user", "list").exits(69);
            assertThat(run.err()).contains("No daemon answers");
            assertThat(chatd.admin("", "stats", "--check", "-o", "nagios")
                            .exits(2)
                            .out())
                    .matches("CHATD CRITICAL - No daemon answers at \\S+\\. Start it with .*\n");
            chatd.begin();
            assertThat(chatd.admin("", "user", "list", "--names").exits(0).out())
                    .isEqualTo("alice\nbob\n");
            // The client does not know whether the import took effect, so it kept the passwords.
            assertThat(passwords).doesNotExist();
            assertThat(Files.readAllLines(pending)).hasSize(301);
            chatd.admin("", "log", "publish").exits(0);
            assertThat(new AuditReader(chatd.auditLog()).all())
                    .anyMatch(entry -> entry.get("command").equals("user import")
                            && entry.get("outcome").equals("failed"));
        }
    }

    @Test
    void withoutItsDatabaseTheDaemonShowsWhatItKnowsAndChangesNothing() throws Exception {
        try (DemoProcess demo = DemoProcess.start("CHATD_DATABASE_TIMEOUT", "2s")) {
            ProcessHandle database = demo.database().orElseThrow();
            ProcessResult.signal("STOP", database.pid());
            try {
                await().until(() -> demo.admin("", "stats").exits(0).out().contains("database     unreachable"));
                assertThat(demo.admin("", "stats", "--check").exits(1).out())
                        .isEqualTo("The database can't be reached.\n");
                assertThat(demo.admin("", "stats", "--check", "-o", "json")
                                .exits(1)
                                .out())
                        .contains("\"healthy\" : false", "The database can't be reached.");
                assertThat(demo.admin("", "stats", "--check", "-o", "nagios")
                                .exits(2)
                                .out())
                        .matches("CHATD CRITICAL - The database can't be reached\\. \\|" + FIGURES + "\n");
                Path password = Files.writeString(directory.resolve("password"), Chatd.PASSWORD);
                ProcessResult sending = ProcessResult.client(
                                "",
                                Map.of(),
                                "--ca",
                                demo.ca().toString(),
                                "--password-file",
                                password.toString(),
                                "alice@localhost:" + demo.port(),
                                "send",
                                "bob",
                                "--",
                                "hello")
                        .exits(75);
                assertThat(sending.err()).contains("The database can't be reached");
                assertThat(demo.admin("", "user", "list", "--names").exits(0).out())
                        .isEqualTo("alice\nbob\n");
                for (List<String> command : List.of(
                        List.of("user", "add", "carol"),
                        List.of("user", "reset", "bob"),
                        List.of("user", "disable", "bob"),
                        List.of("user", "rename", "bob", "robert"),
                        List.of("user", "delete", "bob", "--yes"),
                        List.of("broadcast", "hello"),
                        List.of("user", "import", list(3).toString(), "--passwords", directory + "/passwords.csv"))) {
                    ProcessResult run =
                            demo.admin("", command.toArray(String[]::new)).exits(1);
                    assertThat(run.err()).as("%s", command).contains("The database can't be reached");
                }
                // The refused commands left no passwords file.
                assertThat(directory.resolve("passwords.csv")).doesNotExist();
            } finally {
                ProcessResult.signal("CONT", database.pid());
            }
            await().until(() -> demo.admin("", "stats").exits(0).out().contains("database     reachable"));
            assertThat(demo.admin("", "stats", "--check", "-o", "nagios")
                            .exits(0)
                            .out())
                    .matches("CHATD OK - All is well\\. \\|" + FIGURES + "\n");
            // The names are free, and nothing is half done.
            demo.admin("", "user", "add", "carol").exits(0);
            demo.admin("", "user", "rename", "bob", "robert").exits(0);
            demo.admin("", "log", "publish").exits(0);
            assertThat(new AuditReader(demo.auditLog())
                            .all().stream()
                                    .filter(entry -> entry.get("type").equals("admin")
                                            && entry.get("reason").equals("busy"))
                                    .map(entry -> entry.get("command")))
                    .contains("user add", "user reset", "user disable", "user rename", "user delete", "broadcast")
                    .contains("user import");
        }
    }

    /** From the first second on, what needs no database is served, and the rest is refused with the reason. */
    @Test
    void startedWithoutItsDatabaseTheDaemonSaysWhatItWaitsFor() throws Exception {
        PrivateMariaDb server = DatabaseServer.get();
        server.createSchema("awaited");
        Path database = directory.resolve("mariadb.sock");
        Authority.writeDevelopmentFiles(directory, Authority.THIS_MACHINE, new SecureRandom(), Instant.now());
        Path module = ProcessResult.ROOT.resolve("daemon");
        Path config = DaemonProcess.configure(directory, "[::]:0", database, "awaited", "");
        try (DaemonProcess daemon = DaemonProcess.launch(module, config, List.of(Chatd.SHORT_LIVED), Map.of())) {
            await().until(() -> admin("stats")
                    .out()
                    .contains("is waiting for its database: No such file or directory (" + database + ")"));
            assertThat(admin("stats").exits(0).out())
                    .contains("chatd        0.1.0 on Java", "log          written", "certificate  expires")
                    .doesNotContain("online", "accounts");
            assertThat(admin("stats", "--check").exits(1).out())
                    .startsWith("Nobody is served yet: the daemon is waiting for its database: ");
            assertThat(admin("stats", "-o", "json").exits(0).out())
                    .contains("\"state\" : \"starting\"", "\"listening\" : [ ]");
            for (List<String> command : List.of(
                    List.of("config", "show"),
                    List.of("config", "check"),
                    List.of("config", "reload"),
                    List.of("cert", "show"),
                    List.of("log", "key"),
                    List.of("log", "tail"),
                    List.of("log", "query", "--type", "start"))) {
                assertThat(admin(command.toArray(String[]::new)).exits(0).out()).isNotEmpty();
            }
            assertThat(directory.resolve("chatd.log"))
                    .content()
                    .contains("the configuration was reloaded: nothing has changed")
                    .doesNotContain("[]");
            // Intact; nothing outside the log confirms it yet.
            admin("log", "verify").exits(3);
            for (List<String> command : List.of(
                    List.of("user", "list"),
                    List.of("user", "add", "carol"),
                    List.of("session", "list"),
                    List.of("broadcast", "hello"),
                    List.of("log", "verify", "--messages"))) {
                assertThat(admin(command.toArray(String[]::new)).exits(1).err())
                        .as("%s", command)
                        .contains("Nothing was done: the daemon is waiting for its database: ");
            }
            Files.createSymbolicLink(database, server.socket());
            daemon.awaitReady(TestTimeout.LONG);
            assertThat(admin("stats", "--check").exits(0).out()).isEqualTo("All is well.\n");
            admin("user", "add", "carol").exits(0);
            assertThat(admin("log", "query", "--xpath", "//event[@type='admin'][@reason='busy']")
                            .exits(0)
                            .out())
                    .contains("user list", "user add", "session list", "broadcast");
        }
    }

    private ProcessResult admin(String... arguments) throws Exception {
        return ProcessResult.admin(
                "",
                Stream.concat(
                                Stream.of(
                                        "--socket",
                                        directory.resolve("admin.sock").toString()),
                                Stream.of(arguments))
                        .toArray(String[]::new));
    }

    @Test
    void whileTheLogCannotGrowChangesAreRefusedAndLoggedLater() throws Exception {
        try (SpawnedDaemon chatd = SpawnedDaemon.start()) {
            limit(chatd, "--fsize=" + Files.size(chatd.auditLog().resolve("audit.part")) + ":");
            // Committed, but not yet logged: it is answered only once it is logged.
            Path said = directory.resolve("said");
            Process begun = ProcessResult.start(
                    said, "admin", "--socket", chatd.adminSocket().toString(), "user", "disable", "bob");
            // No other command meanwhile: it would be logged first, and fail instead.
            await().until(() -> chatd.read("chatd.log").contains("the audit log can't be written"));
            assertThat(chatd.admin("", "stats").exits(0).out()).contains("can't be written");
            assertThat(begun.isAlive()).as(Files.readString(said)).isTrue();
            assertThat(chatd.admin("", "user", "delete", "alice", "--yes")
                            .exits(1)
                            .err())
                    .contains("can't write its log");
            chatd.admin("", "config", "show").exits(0);
            chatd.admin("", "cert", "show").exits(0);
            limit(chatd, "--fsize=unlimited");
            await().until(() -> !chatd.admin("", "stats").exits(0).out().contains("can't be written"));
            assertThat(begun.waitFor(TestTimeout.LONG)).isTrue();
            assertThat(begun.exitValue()).as(Files.readString(said)).isZero();
            assertThat(chatd.admin("", "user", "list", "--names").exits(0).out())
                    .contains("alice\n");
            chatd.admin("", "log", "publish").exits(0);
            await().untilAsserted(() -> assertThat(new AuditReader(chatd.auditLog()).all())
                    .anyMatch(entry -> entry.get("type").equals("admin")
                            && entry.get("outcome").equals("refused")
                            && entry.get("recovered").equals("true")));
            chatd.admin("", "log", "verify").exits(3);
        }
    }

    /** Connections that send nothing keep the others out only briefly. */
    @Test
    void idleConnectionsFreeTheirSlots() throws Exception {
        try (LocalDaemon chatd = LocalDaemon.start()) {
            var silent = new ArrayList<SocketChannel>();
            var address = UnixDomainSocketAddress.of(chatd.adminSocket());
            // Each takes its slot on a thread of its own and holds it for ten seconds; on a busy
            // machine they may have passed by now.
            await().pollInterval(Duration.ofMillis(10)).untilAsserted(() -> {
                for (int i = 0; i < 40; i++) {
                    silent.add(SocketChannel.open(address));
                }
                assertThat(chatd.admin("", "stats").err()).contains("Too many commands at once");
            });
            await().until(() -> chatd.admin("", "stats").exit() == 0);
            for (SocketChannel channel : silent) {
                channel.close();
            }
        }
    }

    /** Large commands are processed one at a time; the next one is not refused, but waits for a moment. */
    @Test
    void aLargeCommandWaitsForThePreviousOne() throws Exception {
        try (LocalDaemon chatd = LocalDaemon.start();
                SocketChannel first = SocketChannel.open(UnixDomainSocketAddress.of(chatd.adminSocket()));
                SocketChannel second = SocketChannel.open(UnixDomainSocketAddress.of(chatd.adminSocket()))) {
            byte[] large = ("{\"command\":\"" + "x".repeat(1 << 20) + "\"}").getBytes(StandardCharsets.US_ASCII);
            // This is more than the socket's buffers hold: the daemon has begun to read it.
            ByteBuffer begun = ByteBuffer.wrap(large);
            while (begun.hasRemaining()) {
                first.write(begun);
            }
            ByteBuffer waiting = ByteBuffer.wrap(
                    (new String(large, StandardCharsets.US_ASCII) + "\n").getBytes(StandardCharsets.US_ASCII));
            second.configureBlocking(false);
            await().until(() -> second.write(waiting) == 0);
            // The daemon had time to read more of it: it has answered others meanwhile.
            for (int i = 0; i < 3; i++) {
                chatd.admin("", "stats").exits(0);
            }
            assertThat(second.write(waiting)).isZero();
            assertThat(waiting.hasRemaining()).as("the second is not read yet").isTrue();
            first.close();
            second.configureBlocking(true);
            while (waiting.hasRemaining()) {
                second.write(waiting);
            }
            var answer = new String(Channels.newInputStream(second).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).contains("The daemon has no such command.");
        }
    }

    private static void limit(SpawnedDaemon chatd, String limit) {
        ProcessResult.program(
                        List.of("prlimit", "--pid", Long.toString(chatd.daemon().pid()), limit))
                .exits(0);
    }
}
