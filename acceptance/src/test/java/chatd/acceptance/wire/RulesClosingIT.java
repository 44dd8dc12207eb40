package chatd.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Frame;
import chatd.acceptance.kit.SharedChatd;
import chatd.acceptance.kit.Wire;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rules 12 and 16 at the end of a connection: pending output is sent, then close_notify, and no reset destroys it. */
@ExtendWith(SharedChatd.class)
class RulesClosingIT {

    private static final byte[] MALFORMED = Wire.frame(0x7777_0000);
    private final Chatd chatd;

    RulesClosingIT(Chatd chatd) {
        this.chatd = chatd;
    }

    @Test
    void pendingServerTextIsStillReceived() {
        try (Chat1Socket socket = chatd.newcomer()) {
            socket.send(Wire.text("x", Chatd.newName()), MALFORMED);
            socket.expectServerText();
            socket.expectClosed();
        }
    }

    @Test
    void requestedFileIsStillReceivedInFull() {
        byte[] content = new byte[8 << 20];
        try (Chat1Socket socket = chatd.newcomer()) {
            socket.send(Wire.file("large", content, socket.name()));
            int id = socket.expect(Wire.FILE).fileId();
            socket.send(Wire.fetch(id), MALFORMED);
            assertThat(socket.expect(Wire.CONTENT).content()).hasSize(content.length);
            socket.expectClosed();
        }
    }

    @Test
    void inputAfterTheMalformedFrameIsDiscardedWithoutAReset() {
        try (Chat1Socket socket = chatd.newcomer()) {
            socket.send(Wire.text("x", Chatd.newName()), MALFORMED, new byte[200_000]);
            socket.expectServerText();
            socket.expectClosed();
        }
    }

    @Test
    void textSentJustBeforeTheClientClosesIsDelivered() {
        try (Chat1Socket ben = chatd.newcomer()) {
            for (int i = 0; i < 20; i++) {
                Chat1Socket ann = chatd.newcomer();
                ann.send(Wire.text("bye " + i, ben.name())).close();
                ben.expectText(ann.name(), "bye " + i);
            }
        }
    }

    @Test
    void displacedSessionReceivesPendingMessagesFirst() {
        try (Chat1Socket first = chatd.newcomer()) {
            for (int i = 0; i < 50; i++) {
                first.send(Wire.text("n" + i, first.name()));
            }
            first.expectText(first.name(), "n0");
            try (Chat1Socket second = chatd.logIn(first.person())) {
                List<Frame> rest = new ArrayList<>(first.untilClosed());
                rest.removeIf(f -> f.isPresence() && !f.name().equals(first.name()));
                assertThat(rest.removeLast().code()).as("own offline, last").isEqualTo(Wire.OFFLINE);
                List<String> history = second.history(100);
                assertThat(history)
                        .startsWith("n0")
                        .containsAll(rest.stream().map(Frame::text).toList());
            }
        }
    }
}
