package chatd.daemon.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

class DeferredTest {
    private final ReentrantLock lock = new ReentrantLock();
    private final Deferred deferred = new Deferred(lock);
    private final List<String> done = Collections.synchronizedList(new ArrayList<>());

    private void change(Runnable what) {
        lock.lock();
        try {
            deferred.add(what);
        } finally {
            lock.unlock();
        }
    }

    /**
     * While the disk is slow, the lock is free, and the effects of a later change still come later.
     */
    @Test
    void effectsRunInTheOrderOfTheChangesAndWithoutTheirLock() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch disk = new CountDownLatch(1);
        change(() -> {
            begun.countDown();
            await(disk);
            done.add("first");
        });
        Thread first = Thread.startVirtualThread(deferred::run);
        begun.await();
        change(() -> done.add("second"));
        assertThat(lock.isLocked()).isFalse();
        Thread second = Thread.startVirtualThread(deferred::run);
        assertThat(done).isEmpty();
        disk.countDown();
        first.join();
        second.join();
        assertThat(done).containsExactly("first", "second");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anEffectThatFailsDoesNotStopTheOthers() {
        change(() -> {
            throw new IllegalStateException("the first");
        });
        change(() -> done.add("second"));
        deferred.run();
        assertThat(done).containsExactly("second");
    }

    @Test
    void effectsAreNotRunWithTheLockHeld() {
        lock.lock();
        try {
            assertThatThrownBy(deferred::run).isInstanceOf(IllegalStateException.class);
        } finally {
            lock.unlock();
        }
    }
}
