package chatd.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Frame;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Wire;
import chatd.fixtures.Campaign;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Rule 16, with a queue of 100 frames. A reader is stalled by a file of 16 MiB that it requested and does not read:
 * unsolicited frames then wait behind it in the queue.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
class RulesSlowReaderIT {

    private static final byte[] FULL = new byte[16 << 20];

    static {
        new Random(1).nextBytes(FULL);
    }

    private final LocalDaemon chatd =
            LocalDaemon.start("CHATD_LIMITS_QUEUE_FRAMES", "100", "CHATD_LIMITS_REPLAY", "2000");
    private final Chat1Socket sender = chatd.newcomer();

    @BeforeAll
    void prepare() {
        sender.send(Wire.file("full", FULL, sender.name()));
        sender.expect(Wire.FILE);
    }

    @AfterAll
    void close() {
        sender.close();
        chatd.close();
    }

    /** Returns a session with 16 MiB in flight and unread. */
    private Chat1Socket stalled() {
        Chat1Socket slow = chatd.newcomer();
        slow.send(Wire.file("full", FULL, slow.name()));
        slow.send(Wire.fetch(slow.expect(Wire.FILE).fileId()));
        slow.awaitFrame();
        return slow;
    }

    private void sendTo(List<String> texts, Chat1Socket... receivers) {
        for (int i = 0; i < texts.size(); i++) {
            for (Chat1Socket receiver : receivers) {
                sender.send(Wire.text(texts.get(i), receiver.name()));
            }
            if (i % 20 == 19) {
                sender.fence(); // so that no burst overflows the queue of a reader that keeps up
            }
        }
    }

    private static List<String> texts(int count) {
        return IntStream.range(0, count).mapToObj(i -> "n" + i).toList();
    }

    @Test
    void readerPastTheBoundIsClosedAndFindsAllInItsHistory() {
        List<String> texts = texts(1500);
        try (Chat1Socket slow = stalled();
                Chat1Socket watcher = chatd.newcomer()) {
            sendTo(texts, slow);
            watcher.expectPresence(Wire.OFFLINE, slow.name());
            List<String> seen = slow.untilBroken().stream()
                    .filter(f -> f.code() == Wire.TEXT)
                    .map(Frame::text)
                    .toList();
            assertThat(seen).hasSizeLessThan(texts.size()).isEqualTo(texts.subList(0, seen.size()));
            try (Chat1Socket again = chatd.logIn(slow.person())) {
                assertThat(again.history(1500)).isEqualTo(texts);
            }
        }
    }

    @Test
    void readerWithinTheBoundIsNotClosedHoweverLongItsFileTakes() {
        try (Chat1Socket slow = stalled()) {
            sendTo(texts(60), slow);
            assertThat(slow.expect(Wire.CONTENT).content()).hasSize(FULL.length);
            for (String text : texts(60)) {
                slow.expectText(sender.name(), text);
            }
        }
    }

    @Test
    void othersAreServedWhileOneDoesNotRead() {
        List<String> texts = texts(300);
        try (Chat1Socket slow = stalled();
                Chat1Socket quick = chatd.newcomer()) {
            Thread sending = Thread.startVirtualThread(() -> sendTo(texts, slow, quick));
            for (String text : texts) {
                quick.expectText(sender.name(), text);
            }
            await().until(() -> !sending.isAlive());
        }
    }

    @Test
    void presenceIsCoalescedPerUserSoThatItNeverFillsTheQueue() {
        Chatd.Person restless = chatd.person();
        try (Chat1Socket slow = stalled();
                Chat1Socket watcher = chatd.newcomer()) {
            for (int i = 0; i < 150; i++) {
                try (Chat1Socket coming = chatd.logIn(restless)) {
                    watcher.expectPresence(Wire.ONLINE, coming.name());
                }
                watcher.expectPresence(Wire.OFFLINE, restless.name());
            }
            assertThat(slow.expect(Wire.CONTENT).content()).hasSize(FULL.length);
            List<Frame> received = slow.fence().stream()
                    .filter(f -> f.isPresence() && f.name().equals(restless.name()))
                    .toList();
            // Pending presence changes cancel out: each login was followed by a logout.
            assertThat(received).isEmpty();
        }
    }

    /**
     * Many readers, each within its own bound but together past the daemon's memory: it closes those with the most
     * unread, and serves the others.
     */
    @Test
    @Tag("processes")
    void manyWhoDoNotReadDoNotUseUpTheMemory() {
        String text = "x".repeat(60_000);
        // The daemon exits at once when it runs out of memory.
        int mebibytes = Campaign.times(96, 192);
        try (SpawnedDaemon small = SpawnedDaemon.start(
                        Chatd.JAVA_OPTIONS,
                        Chatd.SHORT_LIVED + " -Xmx%1$dm -XX:MaxDirectMemorySize=%1$dm".formatted(mebibytes));
                Chat1Socket teacher = small.newcomer()) {
            List<Chat1Socket> slow =
                    Stream.generate(small::newcomer).limit(mebibytes / 2).toList();
            Chat1Socket little = slow.getFirst();
            teacher.send(Wire.fileToAll("full", FULL));
            int file = teacher.expect(Wire.FILE).fileId();
            for (Chat1Socket one : slow) {
                assertThat(one.expect(Wire.FILE).fileId()).isEqualTo(file);
                one.send(Wire.fetch(file)).awaitFrame();
            }
            teacher.send(Wire.text("little", little.name()));
            for (int i = 0; i < 14; i++) {
                for (Chat1Socket one : slow.subList(1, slow.size())) {
                    teacher.send(Wire.text(text, one.name()));
                }
                teacher.fence();
            }
            assertThat(small.daemon().isAlive()).isTrue();
            await().untilAsserted(
                            () -> assertThat(Files.readString(small.auditLog().resolve("audit.xml")))
                                    .contains("too slow a reader"));
            assertThat(Arrays.equals(little.expect(Wire.CONTENT).content(), FULL))
                    .isTrue();
            little.expectText(teacher.name(), "little");
            slow.forEach(Chat1Socket::close);
        }
    }
}
