package chatd.daemon.session;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.protocol.MalformedFrame;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How a session begins and ends, whoever ends it. */
class SessionTest {
    private static final Instant NOW = Instant.parse("2026-11-20T06:15:00Z");

    private final Session session = TestTransport.json().session();

    private void logIn(String name, @Nullable String device) {
        session.loggedIn(new Arrival(1, name, device, false, NOW, List.of(), false, false));
    }

    @Test
    void withoutALoginThereIsNothingToLeave() {
        assertThat(session.isLoggedIn()).isFalse();
        assertThat(session.device()).isEmpty();
        assertThat(session.since()).isNull();
        assertThat(session.leave()).isFalse();
        assertThat(session.markLogoutLogged()).isFalse();
    }

    @Test
    void aLoginIsLeftOnceAndItsLogoutIsLoggedOnce() {
        logIn("ann", "phone");
        assertThat(session.leave()).isTrue();
        assertThat(session.leave()).isFalse();
        assertThat(session.markLogoutLogged()).isTrue();
        assertThat(session.markLogoutLogged()).isFalse();
        session.loggedOut();
        assertThat(session.name()).isNull();
        assertThat(session.account()).as("the last one").isEqualTo(1);
        assertThat(session.leave()).isFalse();
        logIn("ben", null);
        assertThat(session.name()).isEqualTo("ben");
        assertThat(session.device()).isEmpty();
        assertThat(session.leave()).isTrue();
        assertThat(session.markLogoutLogged()).isTrue();
    }

    @Test
    void aRenameAppliesOnlyWhileLoggedIn() {
        session.renamed("nobody yet");
        assertThat(session.name()).isNull();
        logIn("ann", "phone");
        session.renamed("anna");
        assertThat(session.name()).isEqualTo("anna");
        session.loggedOut();
        session.renamed("ann");
        assertThat(session.name()).isNull();
    }

    @Test
    void theFirstEndCountsAndALaterViolationIsIgnored() {
        assertThat(session.endedBecause()).isEqualTo("connection lost");
        assertThat(session.violation()).isNull();
        assertThat(session.hasEnded()).isFalse();
        session.abort("too slow a reader");
        session.finish(new MalformedFrame("no such type"));
        session.connectionLost();
        assertThat(session.hasEnded()).isTrue();
        assertThat(session.endedBecause()).isEqualTo("too slow a reader");
        assertThat(session.violation()).isNull();
        assertThat(session.isEndedOnPurpose()).isFalse();
        session.endOnPurpose();
        assertThat(session.isEndedOnPurpose())
                .as("on purpose, though the connection was lost")
                .isTrue();
    }

    /**
     * A thread that sees the end sees all of it; of several that end the session, only one has
     * effect.
     */
    @Test
    void ofSeveralConcurrentEndsOneHasEffect() throws Exception {
        for (int round = 0; round < 300; round++) {
            Session session = TestTransport.json().session();
            MalformedFrame how = new MalformedFrame("no such type");
            List<Runnable> ends = List.of(
                    () -> session.finish(how), () -> session.abort("too slow a reader"), session::connectionLost);
            CyclicBarrier start = new CyclicBarrier(ends.size() + 1);
            List<String> wrong = Collections.synchronizedList(new ArrayList<>());
            List<Thread> threads = new ArrayList<>();
            for (Runnable end : ends) {
                threads.add(Thread.startVirtualThread(() -> {
                    await(start);
                    end.run();
                    // Since it has ended, this is settled.
                    String why = session.endedBecause();
                    if (why.equals(Session.VIOLATION) != how.equals(session.violation())) {
                        wrong.add(why);
                    }
                }));
            }
            await(start);
            while (!session.hasEnded()) {
                Thread.onSpinWait();
            }
            String first = session.endedBecause();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(wrong).isEmpty();
            assertThat(session.endedBecause()).isEqualTo(first);
            assertThat(first).isIn(Session.VIOLATION, "too slow a reader", "connection lost");
        }
    }

    private static void await(CyclicBarrier start) {
        try {
            start.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
