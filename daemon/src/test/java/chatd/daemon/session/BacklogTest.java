package chatd.daemon.session;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.protocol.event.MessageEvent;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Rule 16 of the protocol, for all readers together. */
class BacklogTest {
    private static final int MAX = 100_000;

    private final Backlog backlog = new Backlog(MAX);
    private final TestTransport one = TestTransport.chat1(backlog);
    private final TestTransport other = TestTransport.chat1(backlog);

    private static void send(TestTransport to, int bytes) {
        try (Delivery delivery =
                new Delivery(new MessageEvent.Text("bob", Instant.EPOCH, "x".repeat(bytes), null), false)) {
            to.session().output().enqueue(delivery);
        }
        to.session().output().flush();
    }

    @Test
    void theReaderThatHasLeftTheMostUnreadIsCutOff() {
        one.pause();
        other.pause();
        send(other, MAX / 4);
        for (int i = 0; i < 2; i++) {
            send(one, MAX / 4);
            assertThat(one.isClosed()).isFalse();
        }
        send(one, MAX / 4);
        assertThat(one.isClosed()).isTrue();
        assertThat(other.isClosed()).isFalse();
    }

    /**
     * Their reader can't receive them, however quick it is: an answer is being produced, which may
     * take long.
     */
    @Test
    void framesHeldBehindAnAnswerCount() {
        SessionOutput.Answer answer = one.session().output().beginAnswer();
        for (int i = 0; i < 3; i++) {
            send(one, MAX / 4);
            assertThat(one.isClosed()).isFalse();
            send(other, MAX);
        }
        send(one, MAX / 4);
        assertThat(one.isClosed()).isTrue();
        assertThat(other.isClosed()).isFalse();
        answer.close();
    }

    @Test
    void heldFramesNoLongerCountOnceTheyAreSent() {
        for (int i = 0; i < 10; i++) {
            try (SessionOutput.Answer answer = one.session().output().beginAnswer()) {
                assertThat(answer.isBacklogLarge()).isFalse();
                send(one, MAX / 2);
                send(one, MAX / 4);
                assertThat(answer.isBacklogLarge()).isTrue();
            }
        }
        assertThat(one.received()).hasSize(20);
        assertThat(one.isClosed()).isFalse();
    }
}
