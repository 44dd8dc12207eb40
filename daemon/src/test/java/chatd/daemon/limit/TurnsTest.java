package chatd.daemon.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The order in which waiting threads are served. */
class TurnsTest {
    private final FairSemaphore turns = new FairSemaphore(1);
    private final List<String> served = Collections.synchronizedList(new ArrayList<>());

    /** Starts a thread that waits for a place; returns it once it waits. */
    private Thread waits(String owner, String what) {
        int before = turns.waiting();
        Thread thread = waits(owner, 0, Integer.MAX_VALUE, what);
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> turns.waiting() == before + 1);
        return thread;
    }

    private Thread waits(String owner, int tries, int limit, String what) {
        return Thread.startVirtualThread(() -> {
            try {
                served.add(turns.acquire(owner, tries, limit) ? what : what + " refused");
            } catch (InterruptedException e) {
                served.add(what + " left");
            }
        });
    }

    /** Starts a thread that waits where three may, so that another has to give way. */
    private void displaces(String owner, int tries, String what, String refused) {
        waits(owner, tries, 3, what);
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> !served.isEmpty());
        assertThat(served).containsExactly(refused + " refused");
        served.clear();
        assertThat(turns.waiting()).isEqualTo(3);
    }

    private void release(String expected) {
        int before = served.size();
        turns.release();
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> served.size() == before + 1);
        assertThat(served.getLast()).isEqualTo(expected);
    }

    @Test
    void ownersTakeTurnsHoweverMuchOneOfThemWants() throws InterruptedException {
        turns.acquire("ann");
        for (int i = 1; i <= 60; i++) {
            waits("ann", "ann " + i);
        }
        waits("ben", "ben 1");
        waits("ben", "ben 2");
        waits("cho", "cho 1");
        for (String expected : List.of("ann 1", "ben 1", "cho 1", "ann 2", "ben 2", "ann 3", "ann 4")) {
            release(expected);
        }
    }

    @Test
    void beyondAMaximumNobodyWaits() throws InterruptedException {
        assertThat(turns.acquire("ann", 0, 0)).isTrue();
        waits("ben", "ben 1");
        assertThat(turns.acquire("cho", 0, 1)).isFalse();
        release("ben 1");
        turns.release();
        assertThat(turns.acquire("cho", 0, 0)).isTrue();
    }

    @Test
    void theOwnerWithTheMostGivesWayToOneWithLess() throws InterruptedException {
        turns.acquire("ann");
        for (int i = 1; i <= 3; i++) {
            waits("ann", "ann " + i);
        }
        displaces("ben", 0, "ben 1", "ann 3");
        // Only an owner with two more than the newcomer gives way: so to cho, but not to ann or
        // ben.
        assertThat(turns.acquire("ann", 0, 3)).isFalse();
        assertThat(turns.acquire("ben", 0, 3)).isFalse();
        displaces("cho", 0, "cho 1", "ann 2");
        assertThat(turns.acquire("dan", 0, 3)).isFalse();
        for (String expected : List.of("ann 1", "ben 1", "cho 1")) {
            release(expected);
        }
    }

    @Test
    void thoseWithFewerTriesComeFirstAndAreNotDisplaced() throws InterruptedException {
        turns.acquire("ann");
        for (int i = 1; i <= 3; i++) {
            int waiting = i;
            waits("ann", i + 4, 3, "ann " + i);
            await().until(() -> turns.waiting() == waiting);
        }
        assertThat(turns.acquire("ann", 7, 3)).isFalse();
        displaces("ann", 0, "new", "ann 3");
        displaces("ann", 5, "ann 4", "ann 2");
        for (String expected : List.of("new", "ann 1", "ann 4")) {
            release(expected);
        }
    }

    /**
     * A user mistyped once, while at the same address others keep arriving as if for the first
     * time.
     */
    @Test
    void aSecondTryIsServedWhileNewOnesKeepArriving() throws InterruptedException {
        turns.acquire("ann");
        waits("ann", 1, 3, "once");
        await().until(() -> turns.waiting() == 1);
        for (int i = 1; i <= 2; i++) {
            int waiting = i + 1;
            waits("ann", 0, 3, "new " + i);
            await().until(() -> turns.waiting() == waiting);
        }
        release("new 1");
        waits("ann", 0, 3, "new 3");
        await().until(() -> turns.waiting() == 3);
        for (String expected : List.of("once", "new 2", "new 3")) {
            release(expected);
        }
    }

    @Test
    void anInterruptedThreadTakesNoTurn() throws InterruptedException {
        turns.acquire("ann");
        Thread leaving = waits("ben", "ben 1");
        waits("cho", "cho 1");
        leaving.interrupt();
        leaving.join();
        release("cho 1");
        turns.release();
        turns.acquire("dan");
        assertThat(served).containsExactly("ben 1 left", "cho 1");
    }

    @Test
    void noPlaceIsLostHoweverThreadsLeave() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            turns.acquire("ann");
            Thread leaving = waits("ben", "ben");
            Thread.startVirtualThread(leaving::interrupt);
            turns.release();
            leaving.join();
            if (served.getLast().equals("ben")) {
                turns.release();
            }
            assertThat(turns.waiting()).isLessThanOrEqualTo(1);
        }
        // Would wait for ever if one were lost.
        turns.acquire("cho");
        turns.release();
    }
}
