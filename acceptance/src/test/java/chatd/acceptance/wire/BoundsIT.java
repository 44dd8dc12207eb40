package chatd.acceptance.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The table of bounds in SECURITY.md: whoever makes something grow meets its bound, and nobody else notices. The daemon
 * has so little memory that a missing bound kills it, and fails every later test with it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("processes")
public class BoundsIT {
    private static final int UPLOADS = 8;
    private static final int STRANGERS = 300;
    private static final int LARGE = 300 << 10;

    private final SpawnedDaemon chatd = SpawnedDaemon.start(
            Chatd.JAVA_OPTIONS,
            Chatd.SHORT_LIVED + " -Xmx80m -Xmn16m",
            "CHATD_LIMITS_UPLOADS",
            Integer.toString(UPLOADS),
            "CHATD_LIMITS_STRANGERS",
            Integer.toString(STRANGERS),
            // None of the addresses that these tests use.
            "CHATD_THROTTLE_EXEMPT",
            "192.0.2.0/24",
            "CHATD_LIMITS_CONNECTIONS_PER_ADDRESS",
            "5000");

    @AfterAll
    void close() {
        chatd.close();
    }

    @Test
    void longNamesOfStrangersAreNotKept() throws Exception {
        // All different, so that none is coalesced with another; together more than the old
        // generation holds.
        int connections = 100;
        guess("127.0.101.1", 1);
        long before = live("[B").bytes();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> strangers = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                String from = "127.0.%d.1".formatted(i + 1);
                strangers.add(threads.submit(() -> guess(from, 50)));
            }
            for (Future<?> stranger : strangers) {
                stranger.get();
            }
        }
        assertThat(live("[B").bytes() - before).as("bytes kept of 75 MiB").isLessThan(4 << 20);
        chatd.newcomer().close();
    }

    private void guess(String from, int times) {
        try (JsonSocket socket =
                JsonCarrier.LINES.wrap(chatd.tls().connectFrom(from, "127.0.0.1", chatd.port(), "chat-json/1"))) {
            for (int i = 0; i < times; i++) {
                assertThat(socket.logIn(from + '.' + i + "x".repeat(15 << 10), "not-the-password", "")
                                .path("code")
                                .asString())
                        .isEqualTo("no-such-user");
            }
        }
    }

    @Test
    void failedRegistrationsLeaveNothing() {
        failToRegister("127.7.1.1", 10);
        long before = live("java.util.HashSet").instances();
        failToRegister("127.7.1.2", 90);
        failToRegister("127.7.1.3", 90);
        assertThat(live("java.util.HashSet").instances() - before).isLessThan(90);
    }

    /** Tries to register with a password that is too short. */
    private void failToRegister(String from, int times) {
        try (Chat1Socket socket = chatd.connectFrom(from)) {
            for (int i = 0; i < times; i++) {
                socket.send(Wire.register(Chatd.newName(), "short"));
                assertThat(socket.next().code()).isEqualTo(Wire.BAD_PASSWORD);
            }
        }
    }

    /** The live instances of a class in the daemon. */
    private record Live(long instances, long bytes) {}

    /** Collects the daemon's garbage, and counts the live instances of a class. */
    private Live live(String type) {
        ProcessResult run = ProcessResult.program(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(chatd.daemon().pid()),
                "GC.class_histogram"));
        Matcher line = Pattern.compile("(?m)^ *\\d+: +(\\d+) +(\\d+) +" + Pattern.quote(type) + " ")
                .matcher(run.exits(0).out());
        assertThat(line.find()).as(type).isTrue();
        return new Live(Long.parseLong(line.group(1)), Long.parseLong(line.group(2)));
    }

    @Test
    void millionsOfEmptyObjectsOnTheAdminSocketAreRefused() throws IOException {
        String answer =
                ask("admin.sock", "{\"command\":\"user import\",\"accounts\":[" + "{},".repeat(5_000_000) + "{}]}");
        assertThat(answer).contains("\"ok\":false", "too-large");
        assertThat(chatd.admin("", "user", "list").exits(0).out()).contains("alice");
    }

    @Test
    void aDuplicateKeyIsRefused() throws IOException {
        assertThat(ask("admin.sock", "{\"command\":\"user show\",\"name\":\"bob\",\"name\":\"alice\"}"))
                .contains("\"ok\":false", "malformed");
    }

    @Test
    void refusedCommandsOfAnAuditorAreCoalesced() throws IOException {
        long before = logSize();
        for (int i = 0; i < 300; i++) {
            assertThat(ask("audit.sock", "{\"command\":\"" + "\u202e".repeat(20_000 + i) + "\"}"))
                    .contains("\"ok\":false", "malformed");
        }
        assertThat(logSize() - before).isLessThan(20_000);
        assertThat(awaitCoalesced("type=\"admin\"[^>]* reason=\"malformed\"")).isLessThanOrEqualTo(300);
    }

    /** Returns the answer to one line on an admin socket. */
    private String ask(String socket, String line) throws IOException {
        Path path = chatd.adminSocket().resolveSibling(socket);
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            ByteBuffer bytes = UTF_8.encode(line + "\n");
            try {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            } catch (IOException e) {
                // The daemon need not read what it refuses.
            }
            return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
        }
    }

    private long logSize() {
        return chatd.auditLog().resolve("audit.part").toFile().length();
    }

    private String logged() {
        return chatd.admin("", "log", "query", "-o", "xml").exits(0).out();
    }

    /** Waits for a coalesced event of a kind and returns the highest count of one. */
    private int awaitCoalesced(String kind) {
        Pattern coalesced = Pattern.compile("<event [^>]*" + kind + "[^>]* count=\"(\\d+)\"");
        return await().until(
                        () -> coalesced
                                .matcher(logged())
                                .results()
                                .map(found -> Integer.parseInt(found.group(1)))
                                .max(Comparator.naturalOrder())
                                .orElse(0),
                        count -> count > 0);
    }

    @Test
    void refusedLoginsOfStrangersAreCoalesced() {
        long begin = System.nanoTime();
        try (Chat1Socket socket = chatd.connectFrom("127.9.1.1")) {
            for (int i = 0; i < 60; i++) {
                socket.send(Wire.logIn("nobody" + i, "not-the-password"));
                assertThat(socket.next().code()).isEqualTo(Wire.NO_SUCH_USER);
            }
        }
        awaitCoalesced("type=\"login\"[^>]* reason=\"no-such-user\"");
        // Only those from this address: leftovers of earlier tests are logged meanwhile.
        Pattern single = Pattern.compile("<event [^>]*type=\"login\"[^>]*127\\.9\\.1\\.1[^>]*>");
        assertThat(single.matcher(logged()).results().map(MatchResult::group))
                .hasSizeBetween(1, 20 + (int) TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin) / 10);
    }

    @Test
    void connectionsThatNeverLogInLeaveRoomForOthers() {
        List<Chat1Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < STRANGERS; i++) {
                try {
                    idle.add(chatd.connectFrom("127.6.1.1"));
                } catch (UncheckedIOException e) {
                    // Refused: there are too many of them.
                }
            }
            assertThat(idle.size()).isLessThanOrEqualTo(STRANGERS / 2);
            chatd.newcomer().close();
            // A connection that has logged in no longer counts as a stranger.
            idle.getFirst().logIn(chatd.person());
            await().until(() -> {
                try {
                    idle.add(chatd.connectFrom("127.6.1.1"));
                    return true;
                } catch (UncheckedIOException e) {
                    return false;
                }
            });
        } finally {
            idle.forEach(Chat1Socket::close);
        }
    }

    @Test
    void stalledUploadsDoNotBlockOthers() {
        List<Chat1Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < UPLOADS; i++) {
                Chat1Socket socket = chatd.connectFrom("127.8.1.1");
                idle.add(socket);
                socket.logIn(chatd.person());
                socket.send(Wire.fileHead("slow", LARGE, socket.name()), new byte[1_000]);
            }
            Thread.startVirtualThread(() -> trickle(idle));
            // As many as one network may have.
            await().until(() -> unfinished() == UPLOADS / 2);
            try (Chat1Socket other = chatd.newcomer()) {
                other.send(Wire.file("quick", new byte[LARGE], other.name()));
                assertThat(other.expect(Wire.FILE).fileName()).isEqualTo("quick");
            }
            // One of the slow uploads gives way to a neighbour's, which makes progress.
            try (Chat1Socket neighbour = chatd.connectFrom("127.8.1.1")) {
                neighbour.logIn(chatd.person());
                // The other slow uploads wait, too.
                await().until(() -> {
                    neighbour.send(Wire.file("beside", new byte[LARGE], neighbour.name()));
                    return neighbour.fence().stream().anyMatch(frame -> frame.code() == Wire.FILE);
                });
            }
        } finally {
            idle.forEach(Chat1Socket::close);
        }
    }

    /** Sends just enough not to be cut off, on each until it is closed. */
    private static void trickle(List<Chat1Socket> sockets) {
        List<Chat1Socket> open = new ArrayList<>(sockets);
        try {
            while (!open.isEmpty()) {
                TimeUnit.SECONDS.sleep(1);
                open.removeIf(socket -> {
                    try {
                        socket.send(new byte[1_100]);
                        return false;
                    } catch (UncheckedIOException e) {
                        return true;
                    }
                });
            }
        } catch (InterruptedException e) {
            // The test is over.
        }
    }

    /** Returns the number of files whose upload has begun and not ended. */
    private long unfinished() {
        return chatd.number("select count(*) from content where digest is null");
    }

    @Test
    void unknownNamesAreQuotedInVisibleCharacters() {
        try (Chat1Socket socket = chatd.newcomer()) {
            socket.send(Wire.text("hello", "no\u001b[31m\n\u202ebody"));
            assertThat(socket.expectServerText())
                    .contains("no\uFFFD[31m\\u{A}\\u{202E}body")
                    .doesNotContain("\u001b", "\n", "\u202e");
        }
    }
}
