package chatd.daemon.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Who waits for whom when there are few slots. */
class AccountSlotsTest {
    private final AccountSlots slots = new AccountSlots(2);
    private final List<String> begun = Collections.synchronizedList(new ArrayList<>());

    /** Has an account take a place until a latch opens; returns its thread. */
    private Thread takeInThread(long account, String what, CountDownLatch until) {
        return Thread.startVirtualThread(() -> {
            try {
                var _ = slots.run(account, () -> {
                    begun.add(what);
                    try {
                        until.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return what;
                });
            } catch (InterruptedException e) {
                begun.add(what + " interrupted");
            }
        });
    }

    private static void awaitWaiting(Thread thread) {
        await().until(() -> thread.getState() == Thread.State.WAITING);
    }

    private void awaitBegun(String... what) {
        await().untilAsserted(() -> assertThat(begun).containsExactly(what));
    }

    @Test
    void anAccountTakesOnePlaceAndLeavesTheOtherToOthers() throws InterruptedException {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch open = new CountDownLatch(0);
        takeInThread(1, "1", first);
        awaitBegun("1");
        Thread again = takeInThread(1, "1 again", open);
        awaitWaiting(again);
        // However many accounts there are, none of them waits behind the first one.
        for (long account = 2; account <= 1_025; account++) {
            takeInThread(account, Long.toString(account), open).join();
        }
        assertThat(begun).hasSize(1_025).doesNotContain("1 again");
        first.countDown();
        again.join();
        assertThat(begun).endsWith("1 again");
    }

    @Test
    void whenNoPlaceIsFreeAccountsTakeTurns() throws InterruptedException {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        CountDownLatch open = new CountDownLatch(0);
        takeInThread(1, "1", first);
        awaitBegun("1");
        Thread two = takeInThread(2, "2", second);
        awaitBegun("1", "2");
        awaitWaiting(two);
        Thread again = takeInThread(1, "1 again", open);
        awaitWaiting(again);
        Thread third = takeInThread(3, "3", open);
        awaitWaiting(third);
        first.countDown();
        // An account that waits for a free place comes before one that waits for its own earlier
        // request.
        awaitBegun("1", "2", "3", "1 again");
        third.join();
        again.join();
        second.countDown();
        two.join();
    }

    @Test
    void aPlaceIsFreedEvenAfterAnException() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            try {
                slots.run(1, () -> {
                    throw new IllegalStateException("a fault");
                });
            } catch (IllegalStateException e) {
                begun.add("fault");
            }
        }
        assertThat(slots.run(1, () -> "done")).isEqualTo("done");
        assertThat(begun).hasSize(3);
        Thread.currentThread().interrupt();
        try {
            slots.run(1, () -> "not done");
        } catch (InterruptedException e) {
            begun.add("interrupted");
        }
        assertThat(begun).endsWith("interrupted");
        assertThat(slots.run(1, () -> "done")).isEqualTo("done");
    }
}
