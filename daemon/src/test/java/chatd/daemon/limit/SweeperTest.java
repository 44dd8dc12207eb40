package chatd.daemon.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SweeperTest {
    /** What a sweep returns: whether something is left. The sweep waits for it. */
    private final BlockingQueue<Boolean> results = new SynchronousQueue<>();

    private final AtomicInteger sweeps = new AtomicInteger();

    private Sweeper sweeper() {
        return new Sweeper("test", Duration.ofMillis(1), () -> {
            sweeps.incrementAndGet();
            try {
                return results.take();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void itSweepsAsLongAsSomethingIsLeft() throws InterruptedException {
        try (Sweeper sweeper = sweeper()) {
            sweeper.start();
            results.put(true);
            results.put(true);
            results.put(false);
            assertThat(sweeps).hasValue(3);
            sweeper.start();
            results.put(false);
            assertThat(sweeps).hasValue(4);
        }
    }

    @Test
    void itemsAddedDuringASweepAreSweptLater() throws InterruptedException {
        BlockingQueue<Integer> begun = new LinkedBlockingQueue<>();
        try (Sweeper sweeper = new Sweeper("test", Duration.ofMillis(1), () -> {
            begun.add(sweeps.incrementAndGet());
            try {
                return results.take();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        })) {
            sweeper.start();
            assertThat(begun.take()).isEqualTo(1);
            sweeper.start();
            results.put(false);
            assertThat(begun.take()).isEqualTo(2);
            results.put(false);
        }
    }

    @Test
    void aSweepThatFailsIsRepeated() throws InterruptedException {
        CountDownLatch third = new CountDownLatch(3);
        try (Sweeper sweeper = new Sweeper("test", Duration.ofMillis(1), () -> {
            third.countDown();
            if (third.getCount() == 2) {
                throw new IllegalStateException("the first");
            }
            if (third.getCount() == 1) {
                throw new AssertionError("the second");
            }
            return false;
        })) {
            sweeper.start();
            third.await();
        }
    }

    /** Interrupting it would close the file that it is writing. */
    @Test
    void aRunningSweepIsWaitedForAndNotInterrupted() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger ended = new AtomicInteger();
        Sweeper sweeper = new Sweeper("test", Duration.ofMillis(1), () -> {
            begun.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            ended.incrementAndGet();
            return true;
        });
        sweeper.start();
        begun.await();
        Thread closing = Thread.ofVirtual().start(sweeper::close);
        end.countDown();
        closing.join();
        assertThat(ended).hasValue(1);
        sweeper.start();
        sweeper.close();
        assertThat(ended).hasValue(1);
    }

    /** A pause of hours ends at once. */
    @Test
    void closingEndsThePause() {
        Sweeper sweeper = new Sweeper("test", Duration.ofDays(1), () -> true);
        sweeper.start();
        sweeper.close();
        assertThat(sweeps).hasValue(0);
    }
}
