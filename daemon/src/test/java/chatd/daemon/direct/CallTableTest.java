package chatd.daemon.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.session.Arrival;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.daemon.session.TestTransport;
import chatd.daemon.store.read.Rows;
import chatd.fixtures.Campaign;
import chatd.fixtures.TestClock;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Code;
import chatd.protocol.value.direct.DirectKind;
import chatd.protocol.value.people.User;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What becomes of calls, on a clock that the tests advance, and with several threads in any order.
 */
class CallTableTest {
    private static final long ANN = 1;
    private static final long BEN = 2;
    private static final long CAROL = 3;
    private static final CandidateFilter.Vetted NOWHERE = new CandidateFilter.Vetted(List.of(), Set.of());

    private final TestClock clock = TestClock.standingAt(Instant.parse("2026-11-29T00:00:00Z"));
    private final Sessions sessions = Sessions.of(0, new TreeMap<>(), _ -> List.of(), clock);
    private final List<String> outcomes = Collections.synchronizedList(new ArrayList<>());
    private final CallTable table = new CallTable(
            account -> "user" + account, account -> sessions.presence().sessionsOf(account), new Recorder(), clock);
    private int made;

    /** Records the outcomes of changes, each as a word and the account it is for. */
    private final class Recorder implements CallTable.Outcomes {
        @Override
        public void tell(Session session, DirectEvent event) {
            outcomes.add(session.account() + " " + word(event));
        }

        @Override
        public void tellAll(long account, @Nullable Session but, DirectEvent event) {
            outcomes.add(account + " everywhere " + word(event));
        }

        @Override
        public void declined(Call call, long account, @Nullable Session session, String reason) {
            outcomes.add("logged " + account + " " + reason);
        }

        @Override
        public void ended(Call call, String reason, @Nullable Duration lasted) {
            outcomes.add("logged end " + reason + (lasted == null ? "" : " after " + lasted.toMinutes() + " min"));
        }

        private static String word(DirectEvent event) {
            return switch (event) {
                case DirectEvent.Called _ -> "called";
                case DirectEvent.Introduced introduced -> "introduced to " + introduced.user();
                case DirectEvent.CandidatesChanged _ -> "addresses";
                case DirectEvent.Declined declined -> "declined by " + declined.user() + " " + declined.reason();
                case DirectEvent.Cancelled _ -> "cancelled";
                case DirectEvent.Ended ended -> "ended " + ended.reason();
            };
        }
    }

    private Session logIn(long account) {
        Session session = TestTransport.json().session();
        sessions.presence()
                .logIn(
                        session,
                        new Arrival(
                                account,
                                "user" + account,
                                "device" + ++made,
                                false,
                                clock.instant(),
                                List.of(),
                                false,
                                false),
                        (_, _) -> new SessionEvent.Notice("hello", null))
                .orElseThrow()
                .answer()
                .close();
        return session;
    }

    private static Account account(long number) {
        return ((Effect.AccountMade) Rows.account(number, "user" + number, 0).effect()).account();
    }

    private Call call(Session by, long... called) {
        Call call = new Call(
                "call" + ++made,
                DirectKind.CHAT,
                by.account(),
                by,
                NOWHERE,
                "key",
                Arrays.stream(called).boxed().toList(),
                clock.instant().plus(Duration.ofMinutes(1)));
        table.begin(call, () -> {});
        return call;
    }

    private void ring(Call call, CallTable.Reachable reachable) {
        table.ring(
                call,
                account(call.caller),
                call.called.stream().map(CallTableTest::account).toList(),
                new User.Numbered(call.called.getFirst(), ""),
                _ -> reachable);
    }

    private Call ringing(Session by, long... called) {
        Call call = call(by, called);
        ring(call, CallTable.Reachable.ONLINE);
        return call;
    }

    private void accept(Session by, Call call) {
        Call answered = table.startAnswering(by.account(), call.sessionId);
        try {
            table.join(answered, by.account(), by, NOWHERE, "key");
        } finally {
            table.finishAnswering(answered, by.account());
        }
    }

    private List<String> takeOutcomes() {
        List<String> all = List.copyOf(outcomes);
        outcomes.clear();
        return all;
    }

    @Test
    void twoUsersMeetAndOneLeaves() {
        Session ann = logIn(ANN);
        Session ben = logIn(BEN);
        Call call = ringing(ann, BEN);
        assertThat(takeOutcomes()).containsExactly("2 everywhere called");
        accept(ben, call);
        assertThat(takeOutcomes())
                .containsExactly("2 everywhere ended elsewhere", "2 introduced to 1", "1 introduced to 2");
        table.changeAddresses(ben, call.sessionId, NOWHERE);
        assertThat(takeOutcomes()).containsExactly("1 addresses");
        clock.advance(Duration.ofMinutes(5));
        table.end(ben, call.sessionId, "bye");
        assertThat(takeOutcomes()).containsExactly("1 ended bye", "logged end bye after 5 min");
        assertThat(table.sweep()).isFalse();
    }

    @Test
    void anOfflineUserDeclinesAndOneWhoBlocksTheCallerIsNotRung() {
        ring(call(logIn(ANN), BEN), CallTable.Reachable.OFFLINE);
        assertThat(takeOutcomes()).containsExactly("1 declined by 2 offline", "1 ended offline", "logged end offline");
        ring(call(logIn(ANN), BEN), CallTable.Reachable.BLOCKED);
        assertThat(takeOutcomes()).isEmpty();
    }

    @Test
    void whenTwoUsersCallEachOtherTheCallOfTheLowerNumberIsKept() {
        Session ann = logIn(ANN);
        Session ben = logIn(BEN);
        Call hers = ringing(ann, BEN);
        assertThatThrownBy(() -> call(ben, ANN))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(Code.NOT_ALLOWED));
        table.cancel(ann, hers.sessionId);
        takeOutcomes();
        ringing(ben, ANN);
        takeOutcomes();
        ringing(ann, BEN);
        assertThat(takeOutcomes())
                .containsExactly(
                        "1 everywhere cancelled", "2 ended crossed", "logged end crossed", "2 everywhere called");
    }

    @Test
    void anUnansweredCallEndsAfterItsTimeout() {
        ringing(logIn(ANN), BEN);
        takeOutcomes();
        clock.advance(Duration.ofMinutes(1).minusNanos(1));
        assertThat(table.sweep()).isTrue();
        assertThat(takeOutcomes()).isEmpty();
        clock.advance(Duration.ofNanos(1));
        assertThat(table.sweep()).isFalse();
        assertThat(takeOutcomes())
                .containsExactly(
                        "2 everywhere ended unanswered",
                        "logged 2 unanswered",
                        "1 declined by 2 unanswered",
                        "1 ended unanswered",
                        "logged end unanswered");
    }

    @Test
    void aPartyThatLostItsConnectionIsWaitedForAndThenLeaves() {
        Session ann = logIn(ANN);
        Session ben = logIn(BEN);
        accept(ben, ringing(ann, BEN));
        takeOutcomes();
        ben.connectionLost();
        table.connectionClosed(ben);
        clock.advance(Duration.ofMinutes(15).minusNanos(1));
        assertThat(table.sweep()).isTrue();
        clock.advance(Duration.ofNanos(1));
        assertThat(table.sweep()).isFalse();
        assertThat(takeOutcomes()).containsExactly("1 ended lost", "logged end lost after 15 min");
    }

    @Test
    void nobodyIsInMoreThanEightCalls() {
        Session ann = logIn(ANN);
        for (int i = 0; i < CallTable.MAX_SESSIONS; i++) {
            ringing(ann, 100 + i);
        }
        assertThatThrownBy(() -> call(ann, BEN))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(Code.TOO_MANY));
    }

    @Test
    void aCallThatIsThrottledOrCannotBeLoggedIsForgotten() {
        Session ann = logIn(ANN);
        Call call = new Call("dear", DirectKind.CHAT, ANN, ann, NOWHERE, "key", List.of(BEN), clock.instant());
        assertThatThrownBy(() -> table.begin(call, () -> {
                    throw new Refusal(Code.THROTTLED, "too many");
                }))
                .isInstanceOf(Refusal.class);
        table.begin(call, () -> {});
        table.forget(call);
        ring(call, CallTable.Reachable.ONLINE);
        assertThat(takeOutcomes()).isEmpty();
        assertThat(table.sweep()).isFalse();
    }

    /**
     * Two devices answer while the caller cancels: at most one joins, and whoever was introduced
     * learns of the end.
     */
    @Test
    void inAnyOrderAtMostOneDeviceAnswersAndNothingIsLeft() throws Exception {
        Random random = Campaign.random();
        Session ann = logIn(ANN);
        Session phone = logIn(BEN);
        Session desk = logIn(BEN);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 300; i++) {
                Call call = ringing(ann, BEN, CAROL);
                takeOutcomes();
                CyclicBarrier barrier = new CyclicBarrier(3);
                List<Callable<Boolean>> acts =
                        new ArrayList<>(List.of(() -> answers(phone, call), () -> answers(desk, call), () -> {
                            table.cancel(ann, call.sessionId);
                            return false;
                        }));
                Collections.shuffle(acts, random);
                List<Future<Boolean>> done = acts.stream()
                        .map(act -> threads.submit(() -> {
                            barrier.await();
                            return act.call();
                        }))
                        .toList();
                int in = 0;
                for (Future<Boolean> one : done) {
                    in += one.get() ? 1 : 0;
                }
                List<String> told = takeOutcomes();
                assertThat(in).as("%s", told).isLessThanOrEqualTo(1);
                assertThat(told.stream().filter("1 introduced to 2"::equals))
                        .as("%s", told)
                        .hasSize(in);
                assertThat(told).as("%s", told).contains("3 everywhere cancelled");
                table.endAll();
                assertThat(told.stream().anyMatch(each -> each.startsWith("logged end cancelled")))
                        .as("%s", told)
                        .isEqualTo(in == 0);
                assertThat(table.sweep()).isFalse();
            }
        }
    }

    private boolean answers(Session by, Call call) {
        try {
            accept(by, call);
            return true;
        } catch (Refusal e) {
            assertThat(e.code()).isEqualTo(Code.NO_SUCH_SESSION);
            return false;
        }
    }
}
