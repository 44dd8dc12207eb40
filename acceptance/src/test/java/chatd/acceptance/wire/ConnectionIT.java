package chatd.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Frame;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.TestTimeout;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The edge cases of a connection: frames that share a record, half-closes, closes in the middle of a file. */
@ParameterizedClass
@ValueSource(strings = {"boringssl", "bouncycastle"})
@Execution(ExecutionMode.CONCURRENT) // some of it is waiting
class ConnectionIT {
    /** The daemons by their {@code tls.provider}; the tests of both run at the same time. */
    private static final Map<String, Chatd> DAEMONS = new ConcurrentHashMap<>();

    private final Chatd chatd;

    ConnectionIT(String provider) {
        chatd = Objects.requireNonNull(DAEMONS.get(provider));
    }

    @BeforeParameterizedClassInvocation
    static void start(String provider) {
        DAEMONS.put(provider, LocalDaemon.start("CHATD_TLS_PROVIDER", provider));
    }

    @AfterParameterizedClassInvocation
    static void stop(String provider) {
        Objects.requireNonNull(DAEMONS.remove(provider)).close();
    }

    private static byte[] noise(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @Test
    void aFileWhoseEndSharesARecordWithTheNextFrameIsStoredUnchanged() {
        try (Chat1Socket ann = chatd.newcomer()) {
            byte[] content = noise(12_000);
            byte[] next = Wire.text("x".repeat(8_000), ann.name());
            byte[] all = Wire.join(Wire.file("f", content, ann.name()), next);
            int cut = all.length - 5_000;
            ann.send(Arrays.copyOf(all, cut));
            Frame offer = ann.expect(Wire.FILE);
            ann.send(Arrays.copyOfRange(all, cut, all.length));
            ann.expectText(ann.name(), "x".repeat(8_000));
            ann.send(Wire.fetch(offer.fileId()));
            assertThat(Arrays.equals(ann.expect(Wire.CONTENT).content(), content))
                    .isTrue();
        }
    }

    @Test
    void packetsBeforeAHalfCloseAreProcessed() {
        Chatd.Person ann = chatd.person();
        try (Chat1Socket ben = chatd.newcomer();
                Chat1Socket hasty = chatd.connect()) {
            hasty.send(Wire.join(
                    Wire.logIn(ann.name(), ann.password()),
                    Wire.text("one", ben.name()),
                    Wire.text("two", ben.name())));
            hasty.endOutput();
            ben.expectText(ann.name(), "one");
            ben.expectText(ann.name(), "two");
            hasty.untilClosed();
            // Not by ben's presence packets: ann's coming online and going offline cancel out while
            // both are pending for him.
            await().until(() ->
                    !chatd.admin("", "session", "list").exits(0).out().contains(ann.name()));
        }
    }

    /**
     * Sends more than the daemon reads before the first text is done: it has paused reading when
     * the half-close arrives. The receiver is offline, since one who reads slowly would be
     * disconnected.
     */
    @Test
    void manyPacketsBeforeAHalfCloseAreAllProcessed() throws SQLException {
        String padding = "x".repeat(1_000);
        int before = chatd.read("chatd.log").length();
        Chatd.Person ben = chatd.person();
        List<Integer> numbers = IntStream.range(0, 5_000).boxed().toList();
        try (Chat1Socket hasty = chatd.newcomer()) {
            hasty.send(numbers.stream()
                    .map(number -> Wire.text(number + padding, ben.name()))
                    .toArray(byte[][]::new));
            hasty.endOutput();
            hasty.untilClosed();
            await().untilAsserted(() -> assertThat(sent(hasty.name())).isEqualTo(numbers));
            assertThat(chatd.read("chatd.log").substring(before)).doesNotContain(" ERROR ");
        }
    }

    private List<Integer> sent(String sender) throws SQLException {
        try (Connection connection = chatd.sql();
                PreparedStatement query =
                        connection.prepareStatement("select cast(substring_index(text, 'x', 1) as int) from message"
                                + " join account on account.number = sender where name = ? order by message.number")) {
            query.setString(1, sender);
            List<Integer> numbers = new ArrayList<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    numbers.add(rows.getInt(1));
                }
            }
            return numbers;
        }
    }

    @Test
    void aSessionThatIsDisplacedInTheMiddleOfAFileGetsTheWholeFileAndThenItsFarewell() {
        byte[] content = noise(8 << 20);
        try (Chat1Socket slow = chatd.newcomer()) {
            slow.send(Wire.file("f", content, slow.name()));
            slow.send(Wire.fetch(slow.expect(Wire.FILE).fileId()));
            slow.awaitFrame();
            try (Chat1Socket elsewhere = chatd.connect()) {
                elsewhere.send(Wire.logIn(slow.name(), slow.person().password()));
                elsewhere.expect(Wire.LOGGED_IN_DISPLACING);
                List<Frame> rest = slow.untilClosed();
                Frame file = rest.stream()
                        .filter(frame -> !frame.isPresence())
                        .findFirst()
                        .orElseThrow();
                assertThat(Arrays.equals(file.content(), content)).isTrue();
                assertThat(rest.getLast().code()).isEqualTo(Wire.OFFLINE);
                assertThat(rest.getLast().name()).isEqualTo(slow.name());
            }
        }
    }

    /** An accepted connection is not refused: it becomes a session, which is then closed properly. */
    @Test
    @Tag("processes")
    void aClientInItsHandshakeWhenTheDaemonStopsIsNotCutOff() throws Exception {
        CountDownLatch stopping = new CountDownLatch(1);
        try (SpawnedDaemon own = SpawnedDaemon.start();
                Socket plain = new Hesitating(own.port(), stopping);
                SSLSocket socket = (SSLSocket)
                        own.tls().context().getSocketFactory().createSocket(plain, "localhost", own.port(), true)) {
            CompletableFuture<Void> handshake = CompletableFuture.runAsync(() -> {
                try {
                    socket.startHandshake();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            // By the time this command is answered, the connection has been accepted.
            own.admin("", "stats").exits(0);
            ProcessResult.signal("TERM", own.daemon().pid());
            await().pollInterval(Duration.ofMillis(10)).until(() -> !own.listens());
            stopping.countDown();
            handshake.get(TestTimeout.MILLIS, TimeUnit.MILLISECONDS);
            assertThat(socket.getInputStream().read())
                    .as("it ends with close_notify")
                    .isEqualTo(-1);
        }
    }

    /** A socket that sends the first five bytes, and the rest once the latch is open. */
    private static final class Hesitating extends Socket {
        private final CountDownLatch mayContinue;

        Hesitating(int port, CountDownLatch mayContinue) throws IOException {
            super(InetAddress.getLoopbackAddress(), port);
            this.mayContinue = mayContinue;
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(super.getOutputStream()) {
                @Override
                public void write(byte[] bytes, int from, int count) throws IOException {
                    out.write(bytes, from, 5);
                    try {
                        mayContinue.await();
                    } catch (InterruptedException e) {
                        throw new InterruptedIOException();
                    }
                    out.write(bytes, from + 5, count - 5);
                }
            };
        }
    }

    @Test
    void anAdministratorsResetIsNotUndoneByAChangeThatWasRequestedBefore() {
        Chatd.Person ann = chatd.person();
        try (Chat1Socket guesser = chatd.connect();
                Chat1Socket changer = chatd.connect()) {
            for (int i = 0; i < 5; i++) {
                guesser.send(Wire.change(ann.name(), "wrong password", "something new"));
                guesser.expect(Wire.WRONG_OLD);
            }
            // Throttled by now: the answer comes four seconds later, after the reset.
            changer.send(Wire.change(ann.name(), ann.password(), "the attacker's own"));
            chatd.admin("by the administrator\n", "user", "reset", ann.name(), "--password-stdin")
                    .exits(0);
            changer.expect(Wire.WRONG_OLD);
        }
        try (Chat1Socket socket = chatd.connect()) {
            socket.send(Wire.logIn(ann.name(), "by the administrator"));
            socket.expect(Wire.MUST_CHANGE);
        }
    }

    /** As from a client that does not end its messages: it learns why it gets no answers. */
    @ParameterizedTest
    @EnumSource(names = {"LINES", "WEB_SOCKET"})
    void aMessageWithoutItsEndIsAnsweredBeforeTheConnectionIsClosed(JsonCarrier carrier) {
        try (JsonSocket json = carrier.connect(chatd)) {
            json.raw("{\"type\":1,\"info\":{\"user_id\":\"somebody\",\"user_pwd\":\"%s\"}}".formatted(Chatd.PASSWORD));
            JsonNode told = json.expect(JsonType.REFUSED).path("info");
            assertThat(told.path("code").asString()).isEqualTo("malformed");
            assertThat(told.path("text").asString()).contains("line feed (LF)");
            json.untilClosed();
        }
    }
}
