package chatd.daemon.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Who waits for whom where places are few. */
class PlacesTest {
    private final Places places = new Places(2);
    private final List<String> begun = Collections.synchronizedList(new ArrayList<>());

    /** Has an account take a place until a latch opens; returns its thread. */
    private Thread takes(long account, String what, CountDownLatch until) {
        return Thread.startVirtualThread(() -> {
            try {
                var _ = places.take(account, () -> {
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

    private static void waits(Thread thread) {
        await().until(() -> thread.getState() == Thread.State.WAITING);
    }

    private void awaitBegun(String... what) {
        await().untilAsserted(() -> assertThat(begun).containsExactly(what));
    }

    @Test
    void anAccountHasOneAndKeepsNobodyElseFromTheOther() throws InterruptedException {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch open = new CountDownLatch(0);
        takes(1, "1", first);
        awaitBegun("1");
        Thread again = takes(1, "1 again", open);
        waits(again);
        // Of accounts by hundreds none shares a place with another.
        for (long account = 2; account <= 1_025; account++) {
            takes(account, Long.toString(account), open).join();
        }
        assertThat(begun).hasSize(1_025).doesNotContain("1 again");
        first.countDown();
        again.join();
        assertThat(begun).endsWith("1 again");
    }

    @Test
    void whereNoneIsFreeOneWaitsAndAccountsTakeTurns() throws InterruptedException {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        CountDownLatch open = new CountDownLatch(0);
        takes(1, "1", first);
        awaitBegun("1");
        Thread two = takes(2, "2", second);
        awaitBegun("1", "2");
        waits(two);
        Thread again = takes(1, "1 again", open);
        waits(again);
        Thread third = takes(3, "3", open);
        waits(third);
        first.countDown();
        // Who waited for a place is before who waited for its own.
        awaitBegun("1", "2", "3", "1 again");
        third.join();
        again.join();
        second.countDown();
        two.join();
    }

    @Test
    void aPlaceComesBackAlsoAfterAFault() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            try {
                places.take(1, () -> {
                    throw new IllegalStateException("a fault");
                });
            } catch (IllegalStateException e) {
                begun.add("fault");
            }
        }
        assertThat(places.take(1, () -> "done")).isEqualTo("done");
        assertThat(begun).hasSize(3);
        Thread.currentThread().interrupt();
        try {
            places.take(1, () -> "not done");
        } catch (InterruptedException e) {
            begun.add("interrupted");
        }
        assertThat(begun).endsWith("interrupted");
        assertThat(places.take(1, () -> "done")).isEqualTo("done");
    }
}
