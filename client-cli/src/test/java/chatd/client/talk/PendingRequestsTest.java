package chatd.client.talk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.client.talk.exchange.Exchange;
import chatd.client.talk.exchange.PendingRequests;
import chatd.client.talk.item.Item;
import chatd.client.talk.item.Outgoing;
import chatd.protocol.event.Event;
import chatd.protocol.event.SessionEvent;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PendingRequestsTest {
    private static final Duration MOMENT = Duration.ofNanos(1);
    private static final String SILENT = "The server does not answer.";

    private long now = 1_000;
    private final PendingRequests requests = new PendingRequests(() -> now);

    /** A request that is answered by the acceptance of its identifier. */
    private static final class TestRequest extends Exchange {
        private final String id;
        private final boolean isFenced;

        TestRequest(String id, boolean isFenced) {
            this.id = id;
            this.isFenced = isFenced;
        }

        @Override
        protected boolean take(Event event) {
            boolean isAnswer = event instanceof SessionEvent.Accepted accepted
                    && accepted.id().equals(id);
            if (isAnswer) {
                complete();
            }
            return isAnswer;
        }

        @Override
        protected boolean isFenced() {
            return isFenced;
        }

        @Override
        protected String description() {
            return "request " + id;
        }
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private static Event accepted(String id) {
        return new SessionEvent.Accepted(id, 0, Instant.EPOCH);
    }

    private TestRequest ask(String id, boolean isFenced) {
        TestRequest asked = new TestRequest(id, isFenced);
        requests.add(asked);
        return asked;
    }

    /** Creates a text whose age follows this test's clock. */
    private Outgoing text() {
        return new Outgoing(Item.outgoing("ann", List.of("ben"), "hello", false, 0, Instant.EPOCH), () -> now);
    }

    private String timeout(Outgoing... texts) {
        return String.valueOf(
                requests.findTimeout(List.of(texts).stream().map(Outgoing::age).toList()));
    }

    @Test
    void withoutARequestNothingTimesOut() {
        pass(Duration.ofDays(1));
        assertThat(timeout()).isEqualTo("null");
    }

    @Test
    void aTextTimesOutAfterFifteenSecondsOfSilence() {
        Outgoing text = text();
        pass(PendingRequests.SILENCE);
        assertThat(timeout(text)).isEqualTo("null");
        pass(MOMENT);
        assertThat(timeout(text)).isEqualTo(SILENT);
        requests.recordRead();
        assertThat(timeout(text)).isEqualTo("null");
        pass(PendingRequests.SILENCE.plus(MOMENT));
        assertThat(timeout(text)).isEqualTo(SILENT);
    }

    @Test
    void aNewConnectionGivesOlderTextsTheFullTimeout() {
        Outgoing text = text();
        pass(Duration.ofHours(1));
        PendingRequests fresh = new PendingRequests(() -> now);
        assertThat(fresh.findTimeout(List.of(text.age()))).isNull();
        pass(PendingRequests.SILENCE);
        assertThat(fresh.findTimeout(List.of(text.age()))).isNull();
        pass(MOMENT);
        assertThat(fresh.findTimeout(List.of(text.age()))).isEqualTo(SILENT);
    }

    @Test
    void anUnansweredTextTimesOutThoughOthersAreAnswered() {
        Outgoing text = text();
        for (int i = 0; i < 9; i++) {
            pass(Duration.ofSeconds(10));
            requests.recordRead();
            assertThat(timeout(text)).isEqualTo("null");
        }
        pass(MOMENT);
        assertThat(timeout(text)).startsWith("The server answers others").contains("90 s");
    }

    @Test
    void aRequestMayTakeLongerThanAText() {
        ask("1", false);
        pass(PendingRequests.PATIENCE);
        assertThat(timeout()).isEqualTo("null");
        pass(MOMENT);
        assertThat(timeout()).isEqualTo(SILENT);
    }

    @Test
    void aLateRequestIsJudgedByItsOwnAge() {
        pass(Duration.ofHours(1));
        ask("1", false);
        assertThat(timeout()).isEqualTo("null");
        pass(PendingRequests.PATIENCE);
        assertThat(timeout()).isEqualTo("null");
    }

    @Test
    void anUnfencedRequestTimesOutAlone() throws Exception {
        TestRequest first = ask("1", false);
        for (int i = 0; i < 9; i++) {
            pass(Duration.ofSeconds(10));
            requests.recordRead();
            assertThat(timeout()).isEqualTo("null");
        }
        TestRequest second = ask("2", false);
        assertThat(first.isComplete()).isFalse();
        pass(MOMENT);
        assertThat(timeout()).isEqualTo("null");
        assertThatThrownBy(first::await)
                .isInstanceOf(IOException.class)
                .hasMessage("The server has not answered a request for 90 s: request 1.");
        assertThat(second.isComplete()).isFalse();
        assertThat(requests.offer(accepted("1"))).as("too late").isFalse();
        assertThat(requests.offer(accepted("2"))).isTrue();
        second.await();
    }

    @Test
    void anAnswerThatArrivesInPartsIsWaitedFor() throws Exception {
        TestRequest fenced = ask("1", true);
        for (int i = 0; i < 20; i++) {
            pass(Duration.ofSeconds(40));
            requests.recordRead();
            assertThat(requests.offer(accepted("of another"))).isFalse();
            assertThat(timeout()).isEqualTo("null");
        }
        for (int i = 0; i < 3; i++) {
            pass(Duration.ofSeconds(30));
            requests.recordRead();
            assertThat(timeout()).isEqualTo("null");
        }
        pass(MOMENT);
        assertThat(timeout()).startsWith("The server answers others");
        assertThat(fenced.isComplete())
                .as("the connection ends, and it with it")
                .isFalse();
    }

    @Test
    void noRequestBehindAFenceIsAnsweredBeforeIt() throws Exception {
        TestRequest loose = ask("1", false);
        TestRequest fenced = ask("2", true);
        TestRequest behind = ask("3", false);
        assertThat(requests.offer(accepted("3"))).isFalse();
        assertThat(behind.isComplete()).isFalse();
        assertThat(requests.offer(accepted("1"))).isTrue();
        assertThat(requests.offer(accepted("2"))).isTrue();
        assertThat(requests.offer(accepted("3"))).isTrue();
        assertThat(List.of(loose.isComplete(), fenced.isComplete(), behind.isComplete()))
                .containsOnly(true);
        pass(Duration.ofDays(1));
        assertThat(timeout()).isEqualTo("null");
    }

    @Test
    void anUnsentRequestIsForgotten() throws Exception {
        TestRequest unsent = ask("1", true);
        requests.remove(unsent);
        assertThat(requests.offer(accepted("1"))).isFalse();
        pass(Duration.ofDays(1));
        assertThat(timeout()).isEqualTo("null");
        requests.lost("never told");
        assertThat(unsent.isComplete()).isFalse();
    }

    @Test
    void allFailWithTheConnection() {
        TestRequest one = ask("1", false);
        TestRequest other = ask("2", true);
        requests.lost("The cable was cut.");
        for (TestRequest asked : List.of(one, other)) {
            assertThatThrownBy(asked::await).isInstanceOf(IOException.class).hasMessage("The cable was cut.");
        }
    }

    @Test
    void onlyTheRemovedRequestIsForgotten() throws Exception {
        TestRequest unsent = ask("1", false);
        TestRequest other = ask("2", false);
        requests.remove(unsent);
        assertThat(requests.offer(accepted("2"))).isTrue();
        assertThat(other.isComplete()).isTrue();
    }

    @Test
    void anOwnItemIsRecognisedByItsText() {
        Outgoing text = text();
        pass(Duration.ofSeconds(5));
        assertThat(text.age()).isEqualTo(Duration.ofSeconds(5));
        Item reported = new Item("ann", true, Instant.EPOCH, true, "hello", null, Optional.empty());
        assertThat(text.matches(reported)).isTrue();
        assertThat(reported.isFile()).isFalse();
        assertThat(reported.isFromServer()).isFalse();
        assertThat(text.matches(new Item("ann", true, Instant.EPOCH, true, "bye", null, Optional.empty())))
                .isFalse();
        assertThat(text.matches(new Item("ann", false, Instant.EPOCH, true, "hello", null, Optional.empty())))
                .isFalse();
        Item file = new Item("server", true, Instant.EPOCH, true, "hello", 7L, Optional.empty());
        assertThat(text.matches(file)).isFalse();
        assertThat(file.isFile()).isTrue();
        assertThat(file.isFromServer()).isTrue();
    }

    @Test
    void aSettingIsFoundByItsKey() {
        assertThat(Setting.of("theme")).contains(Setting.THEME);
        assertThat(Setting.of("themes")).isEmpty();
        assertThat(Setting.THEME.meaning()).isEqualTo("colours to suit the terminal");
    }
}
