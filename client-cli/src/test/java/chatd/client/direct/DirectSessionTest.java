package chatd.client.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.client.talk.Download;
import chatd.client.talk.item.FileToSend;
import chatd.fixtures.Campaign;
import chatd.fixtures.TestTimeout;
import chatd.protocol.value.direct.Candidate;
import chatd.protocol.value.direct.Endpoint;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sides of direct sessions on this machine, introduced by the test in place of a daemon. */
class DirectSessionTest {
    /** The length of a probe, in bytes. */
    private static final int PROBE_BYTES = 40;

    /** For sides that can't reach each other, however long they try. */
    private static final Duration SHORT = Duration.ofSeconds(3);

    private final String session = UUID.randomUUID().toString().replace("-", "");
    private final List<Side> sides = new ArrayList<>();

    /** A side, and what has happened to it. */
    private final class Side implements DirectSession.Listener {
        final long user = sides.size() + 1L;
        final DirectSession direct;
        final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        final BlockingQueue<FileOffer> offers = new LinkedBlockingQueue<>();

        Side() throws IOException {
            this(session, TestTimeout.LONG);
        }

        Side(String number, Duration timeout) throws IOException {
            direct = new DirectSession(number, timeout, this);
            sides.add(this);
        }

        Endpoint endpoint() {
            return endpoint(direct.fingerprint());
        }

        Endpoint endpoint(String key) {
            return new Endpoint(List.of(new Candidate("::1", direct.socket().port())), key);
        }

        void expect(String event) throws InterruptedException {
            assertThat(events.poll(TestTimeout.MILLIS, TimeUnit.MILLISECONDS)).isEqualTo(event);
        }

        @Override
        public void connected(long other, boolean isAgain) {
            events.add("connected " + other + (isAgain ? " again" : ""));
        }

        @Override
        public void said(long other, long number, String text, @Nullable AnsweredText answered) {
            events.add(other + ": " + text + (answered == null ? "" : " (to " + answered + ")"));
        }

        /** Sends a text that answers nothing; returns the users whom it did not reach. */
        List<Long> say(String text) throws IOException, InterruptedException {
            return direct.say(text, null).left();
        }

        @Override
        public void typing(long other) {
            events.add("typing " + other);
        }

        @Override
        public void endRequested(long other) {
            events.add("END " + other);
        }

        @Override
        public void answeredEnd(long other, boolean agrees) {
            events.add("answer " + other + " " + agrees);
        }

        @Override
        public void offers(long other, FileOffer offer) {
            offers.add(offer);
            events.add("offers " + other + " " + offer.name() + " " + offer.size());
        }

        @Override
        public void left(long other) {
            events.add("left " + other);
        }

        @Override
        public void lost(long other) {
            events.add("lost " + other);
        }

        @Override
        public void searchStarted(long other) {
            events.add("seeks " + other);
        }

        @Override
        public void unreachable(long other, String why) {
            events.add("unreachable " + other);
        }
    }

    @AfterEach
    void close() {
        sides.forEach(side -> side.direct.close());
    }

    private static void introduce(Side caller, Side called) {
        caller.direct.introduce(called.user, called.endpoint(), true);
        called.direct.introduce(caller.user, caller.endpoint(), false);
    }

    private static void connect(Side caller, Side called) throws InterruptedException {
        introduce(caller, called);
        caller.expect("connected " + called.user);
        called.expect("connected " + caller.user);
    }

    @Test
    void twoTalkAndEnd() throws Exception {
        Side one = new Side();
        Side other = new Side();
        connect(one, other);
        assertThat(one.say("你好 🙂\n2")).isEmpty();
        other.expect("1: 你好 🙂\n2");
        other.direct.typing();
        one.expect("typing 2");
        for (int i = 0; i < 500; i++) {
            assertThat(other.say("text " + i)).isEmpty();
        }
        for (int i = 0; i < 500; i++) {
            one.expect("2: text " + i);
        }
        assertThat(one.direct.say("yes", new AnsweredText(2, 500)).number()).isEqualTo(2);
        other.expect("1: yes (to AnsweredText[user=2, number=500])");
        one.say("\"".repeat(64 << 10));
        assertThat(other.events.poll(TestTimeout.MILLIS, TimeUnit.MILLISECONDS)).hasSize((64 << 10) + 3);
        one.direct.askToEnd();
        other.expect("END 1");
        other.direct.answerEnd(false);
        one.expect("answer 2 false");
        other.direct.close();
        one.expect("left 2");
    }

    @Test
    void threeSidesFormAMesh() throws Exception {
        Side one = new Side();
        Side two = new Side();
        Side three = new Side();
        connect(one, two);
        introduce(one, three);
        introduce(three, two);
        one.expect("connected 3");
        two.expect("connected 3");
        assertThat(List.of(three.events.take(), three.events.take()))
                .containsExactlyInAnyOrder("connected 1", "connected 2");
        for (Side side : sides) {
            side.say("hello of " + side.user);
        }
        for (Side side : sides) {
            List<String> heard = List.of(side.events.take(), side.events.take());
            List<String> said = sides.stream()
                    .filter(other -> other.user != side.user)
                    .map(other -> other.user + ": hello of " + other.user)
                    .toList();
            assertThat(heard).containsExactlyInAnyOrderElementsOf(said);
        }
        three.direct.close();
        one.expect("left 3");
        two.expect("left 3");
        one.say("still here");
        two.expect("1: still here");
    }

    private static Path file(Path directory, int size) throws IOException {
        byte[] bytes = new byte[size];
        Campaign.random().nextBytes(bytes);
        return Files.write(directory.resolve("plan 计划.bin"), bytes);
    }

    private static Download into(Path directory, BlockingQueue<Long> progress) {
        return new Download(directory, name -> name, (received, size) -> progress.add(received));
    }

    @Test
    void aCutFileTransferResumesWhereItStopped(@TempDir Path sent, @TempDir Path received) throws Exception {
        Side one = new Side();
        Side other = new Side();
        connect(one, other);
        Path path = file(sent, 20 << 20);
        FileToSend file = new FileToSend(path, "plan 计划.bin", 20 << 20, false);
        BlockingQueue<String> results = new LinkedBlockingQueue<>();
        Thread sending = Thread.startVirtualThread(() -> results.add(sent(one, other, file)));
        other.expect("offers 1 plan 计划.bin " + (20 << 20));
        BlockingQueue<Long> progress = new LinkedBlockingQueue<>();
        other.offers.take().accept(into(received, progress), (whole, why) -> results.add("received " + whole));
        while (progress.take() < 1 << 20) {
            // Not far enough to be cut.
        }
        other.direct.close();
        assertThat(List.of(results.take(), results.take()))
                .containsExactlyInAnyOrder(
                        "The connection was interrupted; what has arrived is kept, and sending the file again resumes there.",
                        "received null");
        sending.join();
        // In a later session, of the same two.
        Side again = new Side();
        Side later = new Side();
        introduceAs(again, one.user, later, other.user);
        BlockingQueue<Long> rest = new LinkedBlockingQueue<>();
        Thread second = Thread.startVirtualThread(() -> results.add(sent(again, other, file)));
        later.expect("offers 1 plan 计划.bin " + (20 << 20));
        later.offers.take().accept(into(received, rest), (whole, why) -> results.add("received " + whole));
        assertThat(List.of(results.take(), results.take()))
                .containsExactlyInAnyOrder("sent true", "received " + received.resolve("plan 计划.bin"));
        second.join();
        assertThat(rest.take()).as("what was there before").isGreaterThanOrEqualTo(1 << 20);
        assertThat(Files.mismatch(path, received.resolve("plan 计划.bin"))).isEqualTo(-1);
        assertThat(received).isDirectoryNotContaining(name -> name.toString().contains(".receiving"));
    }

    /** Introduces two sides by other numbers than those of the test, and waits until they are connected. */
    private static void introduceAs(Side caller, long number, Side called, long other) throws InterruptedException {
        caller.direct.introduce(other, called.endpoint(), true);
        called.direct.introduce(number, caller.endpoint(), false);
        caller.expect("connected " + other);
        called.expect("connected " + number);
    }

    @Test
    void smallAndEmptyFilesArriveAndAFileCanBeDeclined(@TempDir Path sent, @TempDir Path received) throws Exception {
        Side one = new Side();
        Side other = new Side();
        connect(one, other);
        BlockingQueue<String> results = new LinkedBlockingQueue<>();
        for (int size : new int[] {0, 1, 65_536, 65_537}) {
            Path path = file(sent, size);
            FileToSend file = new FileToSend(path, "plan " + size, size, false);
            Thread.startVirtualThread(() -> results.add(sent(other, one, file)));
            one.expect("offers 2 plan " + size + " " + size);
            one.offers
                    .take()
                    .accept(into(received, new LinkedBlockingQueue<>()), (whole, why) -> results.add("received"));
            assertThat(List.of(results.take(), results.take())).containsExactlyInAnyOrder("sent true", "received");
            assertThat(Files.mismatch(path, received.resolve("plan " + size))).isEqualTo(-1);
        }
        Path path = file(sent, 10);
        Thread.startVirtualThread(() -> results.add(sent(one, other, new FileToSend(path, "x", 10, false))));
        other.expect("offers 1 x 10");
        other.offers.take().decline();
        assertThat(results.take()).isEqualTo("sent false");
    }

    /** Introduces two sides over a relay, and waits until they are connected. */
    private static void connect(Side caller, Side called, Relay relay) throws InterruptedException {
        caller.direct.introduce(called.user, viaPort(relay.portFor(0), called), true);
        called.direct.introduce(caller.user, viaPort(relay.portFor(1), caller), false);
        caller.expect("connected " + called.user);
        called.expect("connected " + caller.user);
    }

    private static Endpoint viaPort(int port, Side side) {
        return new Endpoint(List.of(new Candidate("127.0.0.1", port)), side.direct.fingerprint());
    }

    @Test
    void textsAndFilesSurviveLossDelayAndReordering(@TempDir Path sent, @TempDir Path received) throws Exception {
        Side one = new Side();
        Side other = new Side();
        Random random = Campaign.random();
        try (Relay relay = new Relay(
                random,
                one.direct.socket().port(),
                other.direct.socket().port(),
                0.05,
                Duration.ofMillis(200),
                Duration.ofMillis(random.nextInt(100)))) {
            connect(one, other, relay);
            int size = 4 << 20;
            FileToSend file = new FileToSend(file(sent, size), "plan", size, false);
            BlockingQueue<String> results = new LinkedBlockingQueue<>();
            Thread sending = Thread.startVirtualThread(() -> results.add(sent(one, other, file)));
            other.expect("offers 1 plan " + size);
            other.offers
                    .take()
                    .accept(into(received, new LinkedBlockingQueue<>()), (whole, why) -> results.add("received"));
            for (int i = 0; i < 200; i++) {
                assertThat(one.say("text " + i)).isEmpty();
                assertThat(other.say("text " + i)).isEmpty();
            }
            for (int i = 0; i < 200; i++) {
                one.expect("2: text " + i);
                other.expect("1: text " + i);
            }
            sending.join();
            assertThat(List.of(results.take(), results.take())).containsExactlyInAnyOrder("sent true", "received");
            assertThat(Files.mismatch(file.path(), received.resolve("plan"))).isEqualTo(-1);
        }
        assertThat(one.events).isEmpty();
        assertThat(other.events).isEmpty();
    }

    private static String sent(Side from, Side to, FileToSend file) {
        try {
            return "sent " + from.direct.send(to.user, file, at -> {});
        } catch (IOException | InterruptedException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /**
     * A third party that has recorded all traffic replays it, changed or not, and sends random
     * bytes.
     */
    @Test
    void replaysAndFloodsChangeNothing() throws Exception {
        Side one = new Side();
        Side other = new Side();
        Random random = Campaign.random();
        try (Relay relay = new Relay(
                        random,
                        one.direct.socket().port(),
                        other.direct.socket().port(),
                        0,
                        Duration.ZERO,
                        Duration.ZERO);
                DatagramSocket stranger =
                        new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))) {
            connect(one, other, relay);
            for (int i = 0; i < 100; i++) {
                one.say("text " + i);
                other.expect("1: text " + i);
            }
            List<byte[]> read = List.copyOf(relay.recorded());
            long held = PlatformDependent.usedDirectMemory();
            for (int i = 0; i < 200_000; i++) {
                byte[] bytes = read.get(random.nextInt(read.size())).clone();
                switch (random.nextInt(4)) {
                    case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                    case 1 -> random.nextBytes(bytes);
                    case 2 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
                    default -> {}
                }
                stranger.send(to(random.nextBoolean() ? one : other, bytes));
            }
            // Nothing got in, and both still talk over the same path.
            one.say("after");
            other.expect("1: after");
            other.say("after");
            one.expect("2: after");
            assertThat(one.events).isEmpty();
            assertThat(other.events).isEmpty();
            assertThat(PlatformDependent.usedDirectMemory() - held).isLessThan(64 << 20);
        }
    }

    /** A third party that has read a probe begins connections, and leaves each half open. */
    @Test
    void halfOpenConnectionsAreBounded() throws Exception {
        Side one = new Side();
        Side other = new Side();
        Random random = Campaign.random();
        DirectSocket stranger = new DirectSocket(
                DirectKey.create(), InsecureTrustManagerFactory.INSTANCE.getTrustManagers()[0], IGNORE_ALL);
        DirectSocket asked = other.direct.socket();
        try (Relay path = new Relay(random, one.direct.socket().port(), asked.port(), 0, Duration.ZERO, Duration.ZERO);
                Relay half = new Relay(random, stranger.port(), asked.port(), 0, Duration.ZERO, Duration.ZERO)) {
            connect(one, other, path);
            InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), half.portFor(0));
            // Passes only Retry packets, which validate an address, so that no handshake continues.
            half.filterAnswers(packet -> (packet[0] & 0xb0) == 0xb0);
            for (byte[] probe : path.recorded()) {
                if (probe.length == PROBE_BYTES) {
                    stranger.send(Unpooled.wrappedBuffer(probe), to);
                }
            }
            for (int i = 0; i < 200; i++) {
                stranger.loop().execute(() -> {
                    var _ = stranger.dial(to);
                });
            }
            await().until(() -> half.recorded().size() > 800);
            assertThat(asked.loop().submit(asked::accepted).get()).isBetween(2, DirectSocket.MAX_ACCEPTED);
            one.say("after");
            other.expect("1: after");
        } finally {
            stranger.close();
        }
    }

    /** Ignores what a socket receives. */
    private static final DirectSocket.Handler IGNORE_ALL = new DirectSocket.Handler() {
        @Override
        public void datagram(Datagram datagram, InetSocketAddress from) {}

        @Override
        public ChannelHandler accepted() {
            return new ChannelInboundHandlerAdapter();
        }

        @Override
        public ChannelHandler stream() {
            return new ChannelInboundHandlerAdapter();
        }
    };

    private static DatagramPacket to(Side side, byte[] bytes) {
        return new DatagramPacket(
                bytes,
                bytes.length,
                new InetSocketAddress(
                        InetAddress.ofLiteral("127.0.0.1"), side.direct.socket().port()));
    }

    @Test
    void aSideWithAnotherKeyThanIntroducedIsNotReached() throws Exception {
        // A lying daemon names another side's addresses, or another side's key.
        Side caller = new Side(session, SHORT);
        Side called = new Side(session, SHORT);
        Side liar = new Side(session, SHORT);
        Side second = new Side(session, SHORT);
        caller.direct.introduce(called.user, liar.endpoint(called.direct.fingerprint()), true);
        liar.direct.introduce(caller.user, caller.endpoint(), false);
        second.direct.introduce(called.user, called.endpoint(), true);
        called.direct.introduce(second.user, second.endpoint(liar.direct.fingerprint()), false);
        // A side that does not know the session's number is not answered.
        Side stranger = new Side(UUID.randomUUID().toString().replace("-", ""), SHORT);
        Side asked = new Side(session, SHORT);
        stranger.direct.introduce(asked.user, asked.endpoint(), true);
        asked.direct.introduce(stranger.user, stranger.endpoint(), false);
        caller.expect("unreachable 2");
        liar.expect("unreachable 1");
        second.expect("unreachable 2");
        called.expect("unreachable 4");
        stranger.expect("unreachable 6");
        asked.expect("unreachable 5");
    }

    /** An address that the other side names may belong to an uninvolved third party. */
    @Test
    void anAddressThatDoesNotAnswerGetsEightProbesHoweverOftenItIsNamed() throws Exception {
        Side one = new Side(session, SHORT);
        try (var somebody = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("::1"), 0))) {
            List<Candidate> named = List.of(new Candidate("::1", somebody.getLocalPort()));
            var probe = new DatagramPacket(new byte[PROBE_BYTES], PROBE_BYTES);
            long begin = System.nanoTime();
            one.direct.introduce(2, new Endpoint(named, "cc".repeat(32)), false);
            somebody.setSoTimeout(TestTimeout.MILLIS);
            for (int i = 0; i < 8; i++) {
                somebody.receive(probe);
                one.direct.candidates(2, named);
            }
            one.expect("unreachable 2");
            somebody.setSoTimeout(1);
            int more = 0;
            try {
                while (true) {
                    somebody.receive(probe);
                    more++;
                }
            } catch (SocketTimeoutException e) {
                // That was all.
            }
            assertThat(more)
                    .isLessThanOrEqualTo(8
                            * (int) (Duration.ofNanos(System.nanoTime() - begin).toSeconds() / 15));
        }
    }
}
