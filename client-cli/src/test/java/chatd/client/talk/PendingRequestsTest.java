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
    private static final class Asked extends Exchange {
        private final String id;
        private final boolean isFenced;

        Asked(String id, boolean isFenced) {
            this.id = id;
            this.isFenced = isFenced;
        }

        @Override
        protected boolean take(Event event) {
            boolean isIts = event instanceof SessionEvent.Accepted accepted
                    && accepted.id().equals(id);
            if (isIts) {
                complete();
            }
            return isIts;
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

    private void passes(Duration time) {
        now += time.toNanos();
    }

    private static Event accepted(String id) {
        return new SessionEvent.Accepted(id, 0, Instant.EPOCH);
    }

    private Asked ask(String id, boolean isFenced) {
        Asked asked = new Asked(id, isFenced);
        requests.add(asked);
        return asked;
    }

    /** A text as old as the present moment makes it. */
    private Outgoing text() {
        return new Outgoing(Item.outgoing("ann", List.of("ben"), "hello", false, 0, Instant.EPOCH), () -> now);
    }

    private String judged(Outgoing... texts) {
        return String.valueOf(
                requests.findTimeout(List.of(texts).stream().map(Outgoing::age).toList()));
    }

    @Test
    void whereNothingWasAskedNothingIsMissed() {
        passes(Duration.ofDays(1));
        assertThat(judged()).isEqualTo("null");
    }

    @Test
    void aTextIsMissedAfterAQuarterOfAMinuteInWhichNothingComes() {
        Outgoing text = text();
        passes(PendingRequests.SILENCE);
        assertThat(judged(text)).isEqualTo("null");
        passes(MOMENT);
        assertThat(judged(text)).isEqualTo(SILENT);
        requests.read();
        assertThat(judged(text)).isEqualTo("null");
        passes(PendingRequests.SILENCE.plus(MOMENT));
        assertThat(judged(text)).isEqualTo(SILENT);
    }

    @Test
    void aNewConnectionHasItsOwnTimeForOlderTexts() {
        Outgoing text = text();
        passes(Duration.ofHours(1));
        PendingRequests fresh = new PendingRequests(() -> now);
        assertThat(fresh.findTimeout(List.of(text.age()))).isNull();
        passes(PendingRequests.SILENCE);
        assertThat(fresh.findTimeout(List.of(text.age()))).isNull();
        passes(MOMENT);
        assertThat(fresh.findTimeout(List.of(text.age()))).isEqualTo(SILENT);
    }

    @Test
    void aTextWithoutAnAnswerIsMissedThoughOthersAreAnswered() {
        Outgoing text = text();
        for (int i = 0; i < 9; i++) {
            passes(Duration.ofSeconds(10));
            requests.read();
            assertThat(judged(text)).isEqualTo("null");
        }
        passes(MOMENT);
        assertThat(judged(text)).startsWith("The server answers others").contains("90 s");
    }

    @Test
    void aRequestMayTakeLongerThanAText() {
        ask("1", false);
        passes(PendingRequests.PATIENCE);
        assertThat(judged()).isEqualTo("null");
        passes(MOMENT);
        assertThat(judged()).isEqualTo(SILENT);
    }

    @Test
    void whatWasAskedLateIsJudgedByItsOwnAge() {
        passes(Duration.ofHours(1));
        ask("1", false);
        assertThat(judged()).isEqualTo("null");
        passes(PendingRequests.PATIENCE);
        assertThat(judged()).isEqualTo("null");
    }

    @Test
    void aRequestWhosePlaceSaysNothingFailsAlone() throws Exception {
        Asked first = ask("1", false);
        for (int i = 0; i < 9; i++) {
            passes(Duration.ofSeconds(10));
            requests.read();
            assertThat(judged()).isEqualTo("null");
        }
        Asked second = ask("2", false);
        assertThat(first.isOver()).isFalse();
        passes(MOMENT);
        assertThat(judged()).isEqualTo("null");
        assertThatThrownBy(first::await)
                .isInstanceOf(IOException.class)
                .hasMessage("The server has not answered a request for 90 s: request 1.");
        assertThat(second.isOver()).isFalse();
        assertThat(requests.answers(accepted("1"))).as("too late").isFalse();
        assertThat(requests.answers(accepted("2"))).isTrue();
        second.await();
    }

    @Test
    void anAnswerThatComesInPartsIsWaitedFor() throws Exception {
        Asked fenced = ask("1", true);
        for (int i = 0; i < 20; i++) {
            passes(Duration.ofSeconds(40));
            requests.read();
            assertThat(requests.answers(accepted("of another"))).isFalse();
            assertThat(judged()).isEqualTo("null");
        }
        for (int i = 0; i < 3; i++) {
            passes(Duration.ofSeconds(30));
            requests.read();
            assertThat(judged()).isEqualTo("null");
        }
        passes(MOMENT);
        assertThat(judged()).startsWith("The server answers others");
        assertThat(fenced.isOver()).as("the connection ends, and it with it").isFalse();
    }

    @Test
    void whatIsPartOfAnAnswerIsOfTheOldestAndAFenceEndsTheSearch() throws Exception {
        Asked loose = ask("1", false);
        Asked fenced = ask("2", true);
        Asked behind = ask("3", false);
        assertThat(requests.answers(accepted("3"))).isFalse();
        assertThat(behind.isOver()).isFalse();
        assertThat(requests.answers(accepted("1"))).isTrue();
        assertThat(requests.answers(accepted("2"))).isTrue();
        assertThat(requests.answers(accepted("3"))).isTrue();
        assertThat(List.of(loose.isOver(), fenced.isOver(), behind.isOver())).containsOnly(true);
        passes(Duration.ofDays(1));
        assertThat(judged()).isEqualTo("null");
    }

    @Test
    void whatWasNotSentIsForgotten() throws Exception {
        Asked unsent = ask("1", true);
        requests.remove(unsent);
        assertThat(requests.answers(accepted("1"))).isFalse();
        passes(Duration.ofDays(1));
        assertThat(judged()).isEqualTo("null");
        requests.lost("never told");
        assertThat(unsent.isOver()).isFalse();
    }

    @Test
    void allFailWithTheConnection() {
        Asked one = ask("1", false);
        Asked other = ask("2", true);
        requests.lost("The cable was cut.");
        for (Asked asked : List.of(one, other)) {
            assertThatThrownBy(asked::await).isInstanceOf(IOException.class).hasMessage("The cable was cut.");
        }
    }

    @Test
    void ofSeveralOneAloneIsForgotten() throws Exception {
        Asked unsent = ask("1", false);
        Asked other = ask("2", false);
        requests.remove(unsent);
        assertThat(requests.answers(accepted("2"))).isTrue();
        assertThat(other.isOver()).isTrue();
    }

    @Test
    void anItemOfOnesOwnIsRecognisedByItsTextAndItsAge() {
        Outgoing text = text();
        passes(Duration.ofSeconds(5));
        assertThat(text.age()).isEqualTo(Duration.ofSeconds(5));
        Item told = new Item("ann", true, Instant.EPOCH, true, "hello", null, Optional.empty());
        assertThat(text.matches(told)).isTrue();
        assertThat(told.isFile()).isFalse();
        assertThat(told.isFromServer()).isFalse();
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
