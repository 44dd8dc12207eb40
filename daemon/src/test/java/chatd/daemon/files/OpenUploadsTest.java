package chatd.daemon.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.daemon.model.Refusal;
import chatd.fixtures.Campaign;
import chatd.fixtures.TestClock;
import chatd.protocol.value.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenUploadsTest {
    /** So long that a test that waits for it to pass hangs. */
    private static final Duration FOREVER = Duration.ofDays(1);

    private final TestClock clock = TestClock.standingAt(Instant.EPOCH);
    private final OpenUploads<String, String> open = new OpenUploads<>(clock);
    private final ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        pool.shutdownNow();
    }

    private OpenUploads<String, String>.Hold hold(String key) throws InterruptedException {
        return open.hold(key, () -> {}, FOREVER);
    }

    private static void releaseWith(OpenUploads<String, String>.Hold hold, @Nullable String upload) {
        assertThat(hold.replace(upload)).isNull();
        assertThat(hold.release(true)).isNull();
    }

    private static void assertBusy(Future<?> future) {
        assertThatThrownBy(future::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(Code.BUSY));
    }

    @Test
    void aNewHolderCutsOffTheOldOneAndGetsItsUpload() throws Exception {
        CountDownLatch cut = new CountDownLatch(1);
        OpenUploads<String, String>.Hold first = open.hold("a", cut::countDown, FOREVER);
        assertThat(first.upload()).isNull();
        Future<@Nullable String> second = pool.submit(() -> hold("a").upload());
        cut.await();
        assertThat(second.isDone()).isFalse();
        releaseWith(first, "half a file");
        assertThat(second.get()).isEqualTo("half a file");
    }

    /** A bug once gave two of them the same upload: both looked it up while a third held it. */
    @Test
    void ofTwoWaitersTheSecondGetsTheUploadAndTheFirstIsRefused() throws Exception {
        CountDownLatch cuts = new CountDownLatch(1);
        CountDownLatch both = new CountDownLatch(2);
        OpenUploads<String, String>.Hold holder = open.hold(
                "a",
                () -> {
                    cuts.countDown();
                    both.countDown();
                },
                FOREVER);
        Future<?> first = pool.submit(() -> hold("a"));
        cuts.await();
        Future<@Nullable String> second = pool.submit(() -> hold("a").upload());
        both.await();
        assertBusy(first);
        releaseWith(holder, "half a file");
        assertThat(second.get()).isEqualTo("half a file");
    }

    @Test
    void aWaiterThatTimesOutIsRefusedAndLeavesNothingBehind() throws Exception {
        OpenUploads<String, String>.Hold holder = hold("a");
        assertBusy(pool.submit(() -> open.hold("a", () -> {}, Duration.ZERO)));
        assertThat(holder.release(true)).isNull();
        assertThat(open.isEmpty()).isTrue();
    }

    @Test
    void anInterruptedWaiterLeavesNothingBehind() throws Exception {
        CountDownLatch cut = new CountDownLatch(1);
        OpenUploads<String, String>.Hold holder = open.hold("a", cut::countDown, FOREVER);
        Thread waiting = Thread.startVirtualThread(
                () -> assertThatThrownBy(() -> hold("a")).isInstanceOf(InterruptedException.class));
        cut.await();
        waiting.interrupt();
        waiting.join();
        releaseWith(holder, "x");
        assertThat(open.holdIfFree("a").map(hold -> hold.release(false))).contains("x");
        assertThat(open.isEmpty()).isTrue();
    }

    @Test
    void anUploadForgottenWhileHeldIsClosedByItsHolder() throws Exception {
        open.add("a", "first");
        open.add("b", "second");
        OpenUploads<String, String>.Hold hold = open.holdIfFree("a").orElseThrow();
        assertThat(open.forget(upload -> true)).containsExactly("second");
        assertThat(open.keys(upload -> true)).isEmpty();
        assertThat(hold.release(true)).isEqualTo("first");
        assertThat(open.isEmpty()).isTrue();
    }

    @Test
    void anUploadThatIsHeldIsNotForgottenForItsAge() throws Exception {
        for (String key : List.of("a", "b", "c")) {
            open.add(key, key);
            clock.advance(Duration.ofMinutes(1));
        }
        OpenUploads<String, String>.Hold held = open.holdIfFree("a").orElseThrow();
        assertThat(open.holdIfFree("a")).isEmpty();
        assertThat(open.forgetOldest(key -> true)).contains("b");
        clock.advance(Duration.ofHours(1));
        assertThat(open.forgetUnmoved(Duration.ofHours(1))).containsExactly("c");
        assertThat(held.release(true)).isNull();
        assertThat(open.forgetUnmoved(Duration.ofHours(1))).isEmpty();
        clock.advance(Duration.ofHours(1));
        assertThat(open.forgetUnmoved(Duration.ofHours(1))).containsExactly("a");
        assertThat(open.forgetOldest(key -> true)).isEqualTo(Optional.empty());
    }

    /** Many threads write to few uploads: no two at once, and nothing is closed twice or left. */
    @Test
    void howeverManyWantAKeyOnlyOneHoldsIt() throws Exception {
        Random seeds = Campaign.random();
        OpenUploads<Integer, AtomicInteger> uploads = new OpenUploads<>(clock);
        AtomicInteger opened = new AtomicInteger();
        AtomicInteger closed = new AtomicInteger();
        List<Callable<Void>> writers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            Random random = new Random(seeds.nextLong());
            writers.add(() -> {
                for (int round = 0; round < 200; round++) {
                    write(uploads, random, opened, closed);
                }
                return null;
            });
        }
        for (Future<Void> one : pool.invokeAll(writers)) {
            one.get();
        }
        closed.addAndGet(uploads.forget(upload -> true).size());
        assertThat(closed).hasValue(opened.get());
        assertThat(uploads.isEmpty()).isTrue();
    }

    private static void write(
            OpenUploads<Integer, AtomicInteger> uploads, Random random, AtomicInteger opened, AtomicInteger closed)
            throws InterruptedException {
        OpenUploads<Integer, AtomicInteger>.Hold hold;
        try {
            hold = uploads.hold(random.nextInt(3), () -> {}, FOREVER);
        } catch (Refusal e) {
            return;
        }
        AtomicInteger writing = hold.upload();
        if (writing == null) {
            writing = new AtomicInteger();
            opened.incrementAndGet();
            assertThat(hold.replace(writing)).isNull();
        }
        assertThat(writing.getAndIncrement()).as("who writes already").isZero();
        if (random.nextInt(4) == 0) {
            closed.addAndGet(uploads.forget(upload -> random.nextBoolean()).size());
        }
        Thread.onSpinWait();
        assertThat(writing.decrementAndGet()).isZero();
        if (hold.release(random.nextBoolean()) != null) {
            closed.incrementAndGet();
        }
    }
}
