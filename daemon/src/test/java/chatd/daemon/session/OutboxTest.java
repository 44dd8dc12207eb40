package chatd.daemon.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.protocol.Dialect;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Rule 16 of the protocol. */
class OutboxTest {
    private final Outbox outbox = new Outbox(100, 5, new Backlog(1 << 20));

    private static ByteBuf frame(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    private List<String> drained() {
        List<String> frames = new ArrayList<>();
        for (ByteBuf next = outbox.poll(); next != null; next = outbox.poll()) {
            frames.add(next.toString(StandardCharsets.UTF_8));
            next.release();
        }
        return frames;
    }

    @Test
    void queuedFramesAreBoundedInBytes() {
        assertThat(outbox.push(frame("x".repeat(100)), false, null)).isTrue();
        outbox.markUnread(0);
        assertThat(outbox.push(frame("x"), false, null)).isTrue();
        outbox.markUnread(0);
        assertThat(outbox.push(frame("x"), false, null)).isFalse();
    }

    @Test
    void queuedFramesAreBoundedInNumber() {
        for (int i = 1; i <= 6; i++) {
            assertThat(outbox.push(frame("x"), false, null)).isTrue();
            outbox.markUnread(0);
        }
        assertThat(outbox.push(frame("x"), false, null)).isFalse();
    }

    /** A journal batch queues many frames at once: none counts as unread before the next write. */
    @Test
    void framesQueuedAtOnceDoNotCountAsUnread() {
        for (int i = 1; i <= 50; i++) {
            assertThat(outbox.push(frame("x".repeat(50)), false, null)).isTrue();
        }
        assertThat(outbox.poll()).isNotNull();
        assertThat(outbox.push(frame("x"), false, null)).isTrue();
        assertThat(drained()).hasSize(50);
        assertThat(outbox.push(frame("x"), false, null)).isTrue();
    }

    @Test
    void framesThatWereReadMakeRoom() {
        for (int i = 1; i <= 100; i++) {
            assertThat(outbox.push(frame("x".repeat(50)), false, null)).isTrue();
            assertThat(drained()).hasSize(1);
        }
    }

    /** A buffer may be larger than the frame in it, and is kept as a whole while it waits. */
    @Test
    void theMemoryOfAWaitingFrameIsThatOfItsBuffer() {
        outbox.push(Unpooled.buffer(5_000).writeByte('x'), false, null);
        outbox.answer(Unpooled.buffer(50_000).writeByte('x'));
        Backlog.Share left = outbox.markUnread(7);
        assertThat(left.bytes()).isBetween(55_007L, 57_000L);
        assertThat(left.unsolicitedBytes()).isBetween(5_000L, 6_000L);
        drained();
        assertThat(outbox.markUnread(0)).isEqualTo(Backlog.Share.NONE);
    }

    private boolean pushPresence(String name, boolean online, boolean isNew) {
        return outbox.push(frame((online ? "+" : "-") + name), false, new Dialect.Change(name, online, isNew));
    }

    @Test
    void presenceChangesThatCancelOutAreNotSent() {
        for (int i = 0; i < 50; i++) {
            assertThat(pushPresence("bob", true, false)).isTrue();
            assertThat(pushPresence("bob", false, false)).isTrue();
        }
        outbox.push(frame("text"), false, null);
        pushPresence("carol", true, false);
        pushPresence("bob", true, false);
        assertThat(drained()).containsExactly("text", "+carol", "+bob");
        pushPresence("bob", false, false);
        assertThat(drained()).containsExactly("-bob");
        assertThat(pushPresence("bob", true, false)).isTrue();
    }

    @Test
    void aNewUserIsAnnouncedHoweverOftenTheyComeAndGo() {
        pushPresence("new", false, true);
        pushPresence("new", true, false);
        assertThat(drained()).containsExactly("+new");
        pushPresence("newer", false, true);
        pushPresence("newer", true, false);
        pushPresence("newer", false, false);
        assertThat(drained()).containsExactly("-newer");
    }

    @Test
    void answersAreNotCounted() {
        for (int i = 0; i < 50; i++) {
            outbox.answer(frame("x".repeat(50)));
        }
        assertThat(outbox.push(frame("x".repeat(100)), false, null)).isTrue();
    }

    @Test
    void unsolicitedFramesWaitBehindAnAnswer() {
        outbox.push(frame("before"), false, null);
        outbox.beginAnswer();
        outbox.part(frame("one"));
        outbox.push(frame("meanwhile"), false, null);
        outbox.part(frame("two"));
        assertThat(drained()).containsExactly("before", "one", "two");
        outbox.endAnswer();
        assertThat(drained()).containsExactly("meanwhile");
    }

    @Test
    void aFarewellWaitsForTheEndOfAnAnswer() {
        outbox.beginAnswer();
        outbox.part(frame("one"));
        outbox.answer(frame("farewell"));
        outbox.end();
        assertThat(outbox.awaitRoom()).isTrue();
        outbox.part(frame("two"));
        outbox.push(frame("late"), false, null);
        assertThat(drained()).containsExactly("one", "two");
        assertThat(outbox.isAllSent()).isFalse();
        outbox.endAnswer();
        assertThat(drained()).containsExactly("farewell");
        assertThat(outbox.isAllSent()).isTrue();
        assertThat(outbox.awaitRoom()).isFalse();
    }

    @Test
    void theProducerOfAnAnswerWaitsForItsReader() {
        for (int i = 0; i < 6; i++) {
            outbox.answer(frame("x".repeat(64 << 10)));
        }
        Thread producer = Thread.startVirtualThread(outbox::awaitRoom);
        await().until(() -> producer.getState() == Thread.State.WAITING);
        drained();
        await().until(() -> !producer.isAlive());
    }

    @Test
    void theEndWakesTheProducerAndFreesEverything() {
        ByteBuf big = frame("x".repeat(1 << 20));
        ByteBuf held = frame("held");
        outbox.answer(big);
        outbox.beginAnswer();
        outbox.push(held, false, null);
        CompletableFuture<Boolean> room = new CompletableFuture<>();
        Thread producer = Thread.startVirtualThread(() -> room.complete(outbox.awaitRoom()));
        await().until(() -> producer.getState() == Thread.State.WAITING);
        outbox.discard();
        await().until(room::isDone);
        assertThat(room.join()).as("there is room").isFalse();
        assertThat(big.refCnt()).isZero();
        assertThat(held.refCnt()).isZero();
        ByteBuf late = frame("late");
        outbox.push(late, false, null);
        assertThat(late.refCnt()).isZero();
    }
}
