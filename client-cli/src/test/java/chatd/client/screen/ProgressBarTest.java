package chatd.client.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.Test;

/** What a progress line shows, in wide and in narrow terminals. */
class ProgressBarTest {
    private final AtomicInteger columns = new AtomicInteger(79);
    private final AtomicInteger changes = new AtomicInteger();
    private boolean isClosed;
    private final ProgressBar bar = new ProgressBar(
            "plan.pdf",
            "/cancel 1",
            columns::get,
            changes::incrementAndGet,
            closed -> isClosed = closed.line() != null);

    private String at(long bytes, long size) {
        bar.updateBytes(bytes, size);
        return bar.line();
    }

    @Test
    void itShowsHowFarItIsAndHowToStopIt() {
        assertThat(bar.line()).isEmpty();
        assertThat(at(16 << 20, 16 << 20))
                .isEqualTo("plan.pdf  [####################] 100 %  16.0 of 16.0 MiB  /cancel 1");
        assertThat(changes).hasValue(1);
        bar.close();
        assertThat(isClosed).isTrue();
    }

    @Test
    void anEmptyFileIsAtOneHundredPercent() {
        assertThat(at(0, 0)).contains("100 %  0.0 of 0.0 MiB");
    }

    @Test
    void itNeverWrapsAndLeavesOutTheBarFirst() {
        for (int wide = 0; wide < 120; wide++) {
            columns.set(wide);
            assertThat(new AttributedString(at(1, 1)).columnLength())
                    .as("%d columns", wide)
                    .isLessThanOrEqualTo(wide);
        }
        columns.set(45);
        assertThat(at(1, 1))
                .startsWith("plan.pdf")
                .contains("100 %")
                .contains("/cancel 1")
                .doesNotContain("[");
        columns.set(30);
        assertThat(at(1, 1)).contains("100 %").doesNotContain("/cancel");
    }

    @Test
    void aNameCannotControlTheTerminal() {
        bar.title("a\u001b[2Jb".repeat(20));
        assertThat(at(1, 1)).doesNotContain("\u001b");
        assertThat(new AttributedString(bar.line()).columnLength()).isLessThanOrEqualTo(79);
    }

    @Test
    void itIsRedrawnAtOnceWhenItIsDone() {
        bar.updateCount(1, 3);
        bar.updateCount(2, 3);
        bar.updateCount(3, 3);
        assertThat(bar.line()).contains("3 of 3");
    }
}
