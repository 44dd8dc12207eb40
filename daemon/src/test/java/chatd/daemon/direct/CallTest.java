package chatd.daemon.direct;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.session.Session;
import chatd.daemon.session.TestTransport;
import chatd.protocol.value.direct.DirectKind;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who is in a call, who is still called, and when it is over. */
class CallTest {
    private static final long ANN = 1;
    private static final long BEN = 2;
    private static final long CAROL = 3;
    private static final CandidateFilter.Vetted NOWHERE = new CandidateFilter.Vetted(List.of(), Set.of());

    private static Session session() {
        return TestTransport.json().session();
    }

    private static Call call(long... called) {
        Call call = new Call(
                "aa",
                DirectKind.CHAT,
                ANN,
                session(),
                NOWHERE,
                "key",
                Arrays.stream(called).boxed().toList(),
                Instant.EPOCH);
        call.ring();
        return call;
    }

    private static void join(Call call, long account) {
        assertThat(call.stopRinging(account)).isTrue();
        call.join(account, session(), NOWHERE, "key");
    }

    @Test
    void itRingsOnlyOnceItIsLogged() {
        Call call = new Call("aa", DirectKind.CHAT, ANN, session(), NOWHERE, "key", List.of(BEN), Instant.EPOCH);
        assertThat(call.isRinging(BEN)).isFalse();
        assertThat(call.ringing()).isEmpty();
        call.ring();
        assertThat(call.isRinging(BEN)).isTrue();
        assertThat(call.isOver()).isFalse();
    }

    @Test
    void onlyOneOfAnAccountsSessionsAnswers() {
        Call call = call(BEN);
        assertThat(call.startAnswering(BEN)).isTrue();
        assertThat(call.startAnswering(BEN))
                .as("from another device, while the first is logged")
                .isFalse();
        call.finishAnswering(BEN);
        assertThat(call.startAnswering(BEN)).as("it could not be logged").isTrue();
    }

    @Test
    void anAnswerLoggedTooLateFindsThatTheCallNoLongerRings() {
        Call call = call(BEN);
        assertThat(call.startAnswering(BEN)).isTrue();
        assertThat(call.stopRinging(BEN)).isTrue();
        call.finishAnswering(BEN);
        assertThat(call.isRinging(BEN)).isFalse();
        assertThat(call.stopRinging(BEN)).isFalse();
        assertThat(call.isOver()).isTrue();
    }

    @Test
    void itIsOverWhenNobodyIsLeftToTalkTo() {
        Call call = call(BEN, CAROL);
        join(call, BEN);
        assertThat(call.has(BEN)).isTrue();
        assertThat(call.has(CAROL)).as("rings, and takes no place").isFalse();
        call.stopRinging(CAROL);
        assertThat(call.isOver()).isFalse();
        call.leave(ANN);
        assertThat(call.has(ANN)).isFalse();
        assertThat(call.isOver()).isTrue();
    }

    @Test
    void itIsOverWhenNobodyIsInItEvenWhileItRings() {
        Call call = call(BEN, CAROL);
        call.leave(ANN);
        assertThat(call.isOver()).isTrue();
    }

    @Test
    void itsPartiesAreThoseWhoJoinedInTheirOrder() {
        Call call = call(BEN, CAROL);
        join(call, CAROL);
        join(call, BEN);
        assertThat(call.parties()).extracting(party -> party.account).containsExactly(ANN, CAROL, BEN);
        assertThat(call.others(CAROL)).extracting(party -> party.account).containsExactly(ANN, BEN);
        assertThat(call.party(BEN)).isPresent();
        assertThat(call.party(4)).isEmpty();
    }
}
