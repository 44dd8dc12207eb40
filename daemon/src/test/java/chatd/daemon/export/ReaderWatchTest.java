package chatd.daemon.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReaderWatchTest {
    private final AtomicLong nanos = new AtomicLong(1);
    private final ReaderWatch watch = new ReaderWatch(nanos::get);

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private void take(int bytes, Duration time) {
        watch.begin();
        pass(time);
        watch.end(bytes);
    }

    @Test
    void whoTakesNothingIsTooSlow() {
        watch.begin();
        pass(ReaderWatch.WINDOW.minusSeconds(1));
        assertThat(watch.isSlow()).isFalse();
        pass(Duration.ofSeconds(1));
        assertThat(watch.isSlow()).isTrue();
    }

    @Test
    void whoTakesALittleNowAndThenIsTooSlow() {
        for (int i = 0; i < ReaderWatch.WINDOW.toSeconds(); i++) {
            take((int) ReaderWatch.SLOW - 1, Duration.ofSeconds(1));
        }
        assertThat(watch.isSlow()).isTrue();
    }

    @Test
    void whoTakesEnoughIsNotAndTheNextWindowBeginsAnew() {
        for (int i = 0; i < ReaderWatch.WINDOW.toSeconds(); i++) {
            take((int) ReaderWatch.SLOW, Duration.ofSeconds(1));
        }
        assertThat(watch.isSlow()).isFalse();
        watch.begin();
        pass(ReaderWatch.WINDOW);
        assertThat(watch.isSlow()).isTrue();
    }

    @Test
    void timeInWhichTheReaderIsNotWaitedForDoesNotCount() {
        take(1, Duration.ofSeconds(1));
        pass(Duration.ofHours(1));
        assertThat(watch.isSlow()).isFalse();
    }
}
