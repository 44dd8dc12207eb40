package chatd.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Frame;
import chatd.acceptance.kit.SharedChatd;
import chatd.acceptance.kit.Wire;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules 8 and 9: replay of the history, and stored settings. */
@ExtendWith(SharedChatd.class)
class RulesReplayIT {

    private final Chatd chatd;

    RulesReplayIT(Chatd chatd) {
        this.chatd = chatd;
    }

    @Test
    void replayClearsThenShowsTheLastItemsSentAndReceivedOldestFirst() {
        try (Chat1Socket ann = chatd.newcomer();
                Chat1Socket ben = chatd.newcomer()) {
            ann.send(Wire.text("one", ben.name()));
            ben.expectText(ann.name(), "one");
            ben.send(Wire.file("two", new byte[3], ann.name()));
            Frame two = ann.expect(Wire.FILE);
            ann.send(Wire.text("three", ben.name()));
            Frame three = ben.expect(Wire.TEXT);
            for (Chat1Socket each : List.of(ann, ben)) {
                assertThat(each.history(100)).containsExactly("one", "two", "three");
                assertThat(each.history(2)).containsExactly("two", "three");
                assertThat(each.history(1)).containsExactly("three");
            }
            List<Frame> items = ann.replay(3);
            assertThat(items.get(1).body()).isEqualTo(two.body());
            assertThat(items.get(2).body()).isEqualTo(three.body());
        }
    }

    @Test
    void replayOfNothingClearsAndIsAFence() {
        try (Chat1Socket ann = chatd.newcomer()) {
            ann.send(Wire.text("before", ann.name()), Wire.replay(0), Wire.text("after", ann.name()));
            ann.expectText(ann.name(), "before");
            assertThat(ann.expect(Wire.CLEAR).body()).isEmpty();
            ann.expectText(ann.name(), "after");
        }
    }

    @Test
    void replayIsCapped() {
        try (Chat1Socket ann = chatd.newcomer()) {
            for (int i = 0; i < 1003; i++) {
                ann.send(Wire.text("n" + i, ann.name()));
            }
            ann.fence();
            List<String> last = IntStream.range(3, 1003).mapToObj(i -> "n" + i).toList();
            assertThat(ann.history(1000)).isEqualTo(last);
            assertThat(ann.history(-1)).as("4,294,967,295 items").isEqualTo(last);
        }
    }

    static Stream<byte[]> settings() {
        byte[] full = new byte[1 << 20];
        new Random(1).nextBytes(full);
        return Stream.of(
                Wire.utf8("{\"theme\": \"dark\"}\n"),
                Wire.utf8("theme dark\r\nlanguage 中文\r\n"),
                new byte[] {0, 1, (byte) 0xff, 0},
                full,
                new byte[0]);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void settingsComeBackByteForByteAtTheNextLogIn(byte[] settings) {
        Chatd.Person person = chatd.person();
        try (Chat1Socket socket = chatd.logIn(person)) {
            socket.send(Wire.store(Wire.utf8("old")), Wire.store(settings));
            socket.fenceWithNothing();
        }
        try (Chat1Socket socket = chatd.connect()) {
            socket.send(Wire.logIn(person.name(), person.password()));
            assertThat(socket.next().code()).isIn(Wire.LOGGED_IN, Wire.LOGGED_IN_DISPLACING);
            Frame frame = socket.next();
            assertThat(frame.code()).isEqualTo(Wire.SETTINGS);
            assertThat(frame.body()).isEqualTo(settings);
        }
    }
}
