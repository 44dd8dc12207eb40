package chatd.daemon.login;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.model.account.Token;
import chatd.daemon.session.Session;
import chatd.daemon.session.TestTransport;
import chatd.fixtures.Campaign;
import chatd.fixtures.TestClock;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Which tokens are good, on a clock that the tests advance, and with several threads in any order.
 */
class TokenTableTest {
    private static final long ANN = 1;
    private static final int MAX = 16;

    private final TestClock clock = TestClock.standingAt(Instant.parse("2026-11-28T00:00:00Z"));
    private final TokenTable table = new TokenTable(clock);
    private int made;

    private Token token(String device) {
        return new Token(hash(++made), ANN, device, false, 0);
    }

    private static ByteBuffer hash(int number) {
        return ByteBuffer.allocate(32).putInt(0, number);
    }

    private static Session session() {
        return TestTransport.json().session();
    }

    private Token enter(Session session, String device) {
        Token token = token(device);
        assertThat(table.enter(session, token, 0, false, false)).isTrue();
        return token;
    }

    private Token lost(String device) {
        Session session = session();
        Token token = enter(session, device);
        assertThat(table.leave(session)).isFalse();
        return token;
    }

    private boolean isGood(Token token) {
        boolean isGood = table.isValid(token, 0);
        assertThat(table.find(token.hash()).isPresent()).isEqualTo(isGood);
        return isGood;
    }

    @Test
    void sixteenTokensOfAnAccountAreKeptAndTheOneLostFirstEnds() {
        List<Token> lost = new ArrayList<>();
        for (int i = 0; i < MAX; i++) {
            lost.add(lost("device " + i));
            clock.advance(Duration.ofSeconds(1));
        }
        assertThat(lost).allMatch(this::isGood);
        Token seventeenth = enter(session(), "one more");
        assertThat(isGood(lost.getFirst())).isFalse();
        assertThat(table.ended()).containsExactly(lost.getFirst().hash());
        assertThat(lost.subList(1, MAX)).allMatch(this::isGood);
        assertThat(isGood(seventeenth)).isTrue();
    }

    @Test
    void aConnectedSessionKeepsItsToken() {
        List<Token> connected = new ArrayList<>();
        for (int i = 0; i <= MAX; i++) {
            connected.add(enter(session(), "device " + i));
        }
        assertThat(connected).allMatch(this::isGood);
        clock.advance(Duration.ofDays(1));
        assertThat(table.expire()).isTrue();
        assertThat(connected).allMatch(this::isGood);
    }

    @Test
    void aTokenIsGoodForAQuarterOfAnHourAfterItsSessionWasLost() {
        Token token = lost("laptop");
        clock.advance(Duration.ofMinutes(15).minusNanos(1));
        assertThat(table.expire()).isTrue();
        assertThat(isGood(token)).isTrue();
        clock.advance(Duration.ofNanos(1));
        assertThat(isGood(token)).isFalse();
        assertThat(table.ended()).isEmpty();
        assertThat(table.expire()).isFalse();
        assertThat(table.ended()).containsExactly(token.hash());
        table.forget(table.ended());
        assertThat(table.ended()).isEmpty();
    }

    @Test
    void restoredTokensCountAsLostAtTheStart() {
        Token token = token("phone");
        table.restore(token);
        assertThat(isGood(token)).isTrue();
        clock.advance(Duration.ofMinutes(15));
        assertThat(isGood(token)).isFalse();
    }

    @Test
    void aDeviceHasOneToken() {
        Token first = lost("phone");
        Token other = lost("laptop");
        Token second = enter(session(), "phone");
        assertThat(isGood(first)).isFalse();
        assertThat(isGood(second)).isTrue();
        assertThat(isGood(other)).isTrue();
    }

    @Test
    void aLoginThatEndsOtherSessionsEndsTheirTokens() {
        Token first = lost("phone");
        Token second = enter(session(), "laptop");
        Token alone = token("desk");
        assertThat(table.enter(session(), alone, 0, false, true)).isTrue();
        assertThat(isGood(first)).isFalse();
        assertThat(isGood(second)).isFalse();
        assertThat(isGood(alone)).isTrue();
    }

    @Test
    void aNewPasswordKeepsOnlyTheTokenOfTheSessionThatChangedIt() {
        Session session = session();
        Token own = enter(session, "phone");
        Token other = lost("laptop");
        assertThat(table.isValid(own, 1)).isFalse();
        table.keep(session, 1);
        assertThat(table.isValid(own, 1)).isTrue();
        assertThat(table.isValid(own, 0)).isFalse();
        assertThat(table.isValid(other, 1)).isFalse();
        table.keep(session(), 2);
        assertThat(table.isValid(own, 1)).isTrue();
    }

    @Test
    void aSessionThatEndsOnPurposeEndsItsToken() {
        TestTransport connection = TestTransport.json();
        Session session = connection.session();
        Token token = enter(session, "phone");
        connection.endOnPurpose();
        assertThat(isGood(token)).as("at once").isFalse();
        assertThat(table.leave(session)).isTrue();
        assertThat(table.ended()).containsExactly(token.hash());
        assertThat(table.leave(session)).isFalse();
        assertThat(table.of(session)).isNull();
    }

    @Test
    void aTokenCanBeEndedBeforeOrAfterItsSessionHasIt() {
        Token never = token("phone");
        table.end(never);
        assertThat(table.ended()).containsExactly(never.hash());
        Token lost = lost("laptop");
        table.end(lost);
        assertThat(isGood(lost)).isFalse();
        assertThat(table.ended()).containsExactlyInAnyOrder(never.hash(), lost.hash());
        assertThat(table.enter(session(), lost, 0, true, false)).as("resumed").isFalse();
        assertThat(isGood(lost)).isFalse();
    }

    @Test
    void aCookieStandsForItsTokenUntilThereIsANewOneOrTheTokenEnds() {
        Token token = lost("phone");
        ByteBuffer first = hash(-1);
        ByteBuffer second = hash(-2);
        table.setCookie(token, first);
        assertThat(table.findByCookie(first)).contains(token);
        table.setCookie(token, second);
        assertThat(table.findByCookie(first)).isEmpty();
        assertThat(table.findByCookie(second)).contains(token);
        assertThat(table.find(second)).as("a cookie is no token").isEmpty();
        Token resumed = token;
        assertThat(table.enter(session(), resumed, 0, true, false)).isTrue();
        assertThat(table.findByCookie(second)).contains(token);
        table.end(token);
        assertThat(table.findByCookie(second)).isEmpty();
        table.setCookie(token, first);
        assertThat(table.findByCookie(first)).as("of one that has ended").isEmpty();
    }

    @Test
    void aSessionThatWasResumedElsewhereDoesNotEndItsToken() {
        TestTransport connection = TestTransport.json();
        Session before = connection.session();
        Token token = enter(before, "phone");
        Session after = session();
        assertThat(table.enter(after, token, 0, true, false)).isTrue();
        assertThat(table.of(before)).isNull();
        assertThat(table.of(after)).isEqualTo(token);
        connection.endOnPurpose();
        assertThat(table.leave(before)).isFalse();
        assertThat(isGood(token)).isTrue();
    }

    @Test
    void ofTwoSessionsThatResumeAtOnceOneGetsTheToken() throws Exception {
        Random random = Campaign.random();
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            for (int round = 0; round < 300; round++) {
                Token token = lost("phone");
                var begin = new CyclicBarrier(3);
                Session one = session();
                Session two = session();
                boolean isEnded = random.nextBoolean();
                List<Future<Boolean>> entered = new ArrayList<>();
                for (Session session : List.of(one, two)) {
                    entered.add(threads.submit(() -> {
                        await(begin);
                        return table.enter(session, token, 0, true, false);
                    }));
                }
                Future<?> third = threads.submit(() -> {
                    await(begin);
                    if (isEnded) {
                        table.end(token);
                    } else {
                        table.expire();
                    }
                });
                third.get();
                List<Boolean> results =
                        List.of(entered.get(0).get(), entered.get(1).get());
                if (isEnded) {
                    assertThat(isGood(token)).isFalse();
                    assertThat(table.of(one)).isNull();
                    assertThat(table.of(two)).isNull();
                } else {
                    assertThat(results).containsOnly(true);
                    assertThat(List.of(table.of(one) != null, table.of(two) != null))
                            .containsExactlyInAnyOrder(true, false);
                }
                table.end(token);
            }
        }
    }

    private static void await(CyclicBarrier begin) {
        try {
            begin.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }
}
