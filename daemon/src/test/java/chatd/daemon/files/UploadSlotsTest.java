package chatd.daemon.files;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.daemon.limit.Holder;
import chatd.daemon.model.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which upload gives way, by a clock that the tests move. */
class UploadSlotsTest {
    private static final Duration TIMEOUT = Duration.ofMillis(100);

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
    private final UploadSlots turns = new UploadSlots(4, this::time);
    private final List<String> cut = new ArrayList<>();

    /** Returns the time, which also advances with each call, so that waiting ends. */
    private long time() {
        return nanos.addAndGet(Duration.ofMillis(20).toNanos());
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static Holder holder(String name) {
        return new Holder.OfAccount(name.hashCode());
    }

    private UploadSlots.@Nullable Slot take(String name, String network, Duration timeout) throws InterruptedException {
        return turns.acquire(1, List.of(holder(name), holder(network)), timeout, () -> cut.add(name));
    }

    private UploadSlots.Slot taken(String name, String network) throws InterruptedException {
        return requireNonNull(take(name, network, TIMEOUT), name);
    }

    @Test
    void aSlowUploadGivesWayToAWaitingNeighbour() throws InterruptedException {
        UploadSlots.Slot slow = taken("slow", "school");
        UploadSlots.Slot slower = taken("slower", "school");
        slow.take(20_000, () -> {});
        slower.take(10_000, () -> {});
        pass(Duration.ofSeconds(6));
        assertThat(take("quick", "school", Duration.ofHours(1))).isNotNull();
        assertThat(cut).containsExactly("slower");
        assertThatCode(() -> slow.take(1, () -> {})).doesNotThrowAnyException();
        assertThatThrownBy(() -> slower.take(1, () -> {}))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("hardly moved");
    }

    @Test
    void aFastUploadDoesNotGiveWay() throws InterruptedException {
        UploadSlots.Slot one = taken("one", "school");
        UploadSlots.Slot two = taken("two", "school");
        pass(Duration.ofSeconds(4));
        assertThat(take("three", "school", TIMEOUT)).as("not judged yet").isNull();
        one.take(200_000, () -> {});
        two.take(200_000, () -> {});
        pass(Duration.ofSeconds(4));
        assertThat(take("three", "school", TIMEOUT)).isNull();
        assertThat(cut).isEmpty();
        // Having been fast once does not count for long.
        two.take(1, () -> {});
        pass(Duration.ofSeconds(6));
        one.take(200_000, () -> {});
        pass(Duration.ofSeconds(6));
        assertThat(take("three", "school", Duration.ofHours(1))).isNotNull();
        assertThat(cut).containsExactly("two");
    }

    /** An upload whose network already has its full share gains nothing if others end. */
    @Test
    void noUploadGivesWayInVain() throws InterruptedException {
        UploadSlots.Slot far = taken("far", "elsewhere");
        UploadSlots.Slot one = taken("one", "school");
        far.take(1, () -> {});
        pass(Duration.ofSeconds(4));
        one.take(200_000, () -> {});
        pass(Duration.ofSeconds(2));
        assertThat(turns.acquire(3, List.of(holder("two"), holder("school")), TIMEOUT, () -> {}))
                .isNull();
        assertThat(cut).isEmpty();
    }

    @Test
    void storingDoesNotSlowAnUploadDown() throws InterruptedException {
        UploadSlots.Slot one = taken("one", "school");
        for (int i = 0; i < 10; i++) {
            one.take(20_000, () -> pass(Duration.ofSeconds(6)));
        }
        assertThat(takeAll(TIMEOUT)).isNull();
        one.take(1, () -> {
            pass(Duration.ofSeconds(60));
            try {
                assertThat(takeAll(TIMEOUT)).isNull();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(cut).isEmpty();
        pass(Duration.ofSeconds(60));
        assertThat(takeAll(Duration.ofHours(1))).isNotNull();
        assertThat(cut).containsExactly("one");
    }

    /** Takes the whole shared amount, which requires every other upload to end. */
    private UploadSlots.@Nullable Slot takeAll(Duration timeout) throws InterruptedException {
        return turns.acquire(4, List.of(holder("all"), holder("elsewhere")), timeout, () -> cut.add("all"));
    }

    @Test
    void aNeighbourGivesWayBeforeAStranger() throws InterruptedException {
        UploadSlots.Slot far = taken("far", "elsewhere");
        UploadSlots.Slot near = taken("near", "school");
        UploadSlots.Slot beside = taken("beside", "school");
        far.take(1, () -> {});
        near.take(50_000, () -> {});
        beside.take(60_000, () -> {});
        pass(Duration.ofSeconds(6));
        assertThat(take("quick", "school", Duration.ofHours(1))).isNotNull();
        assertThat(cut).containsExactly("near");
    }
}
