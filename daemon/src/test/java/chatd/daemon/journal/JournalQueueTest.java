package chatd.daemon.journal;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The journal's queue is bounded, in entries and in bytes, in all and for each account; and accounts take turns. */
class JournalQueueTest {
    private static final long SERVER = Message.SERVER;
    private static final long ANN = 1;
    private static final long BEN = 2;

    private final JournalQueue queue = new JournalQueue();

    private static JournalQueue.Pending<Message> work(long sender, long bytes) {
        return work(sender, bytes, Batching.ANY);
    }

    private static JournalQueue.Pending<Message> work(long sender, long bytes, Batching batching) {
        return new JournalQueue.Pending<>(
                new Proposal<>() {
                    @Override
                    public long sender() {
                        return sender;
                    }

                    @Override
                    public long bytes() {
                        return bytes;
                    }

                    @Override
                    public Batching batching() {
                        return batching;
                    }

                    @Override
                    public Message decide(Numbers numbers, Instant now) {
                        throw new IllegalStateException("it only waits");
                    }
                },
                entry -> {});
    }

    private int offered(long sender, long bytes) {
        int taken = 0;
        while (queue.offer(work(sender, bytes))) {
            taken++;
        }
        return taken;
    }

    private JournalQueue.Pending<Message> offer(JournalQueue.Pending<Message> work) {
        assertThat(queue.offer(work)).isTrue();
        return work;
    }

    private List<JournalQueue.Pending<?>> batch() throws InterruptedException {
        return queue.take(Duration.ZERO);
    }

    @Test
    void itIsBoundedInBytes() {
        assertThat(offered(SERVER, 1 << 20)).isEqualTo(31);
        queue.refuse(Refusal.databaseUnavailable());
        assertThat(offered(SERVER, 1 << 20)).isEqualTo(31);
    }

    @Test
    void itIsBoundedInEntries() {
        assertThat(offered(SERVER, 1)).isEqualTo(10_000);
    }

    @Test
    void noAccountHasMoreThanIsFree() {
        assertThat(offered(ANN, 1)).isEqualTo(5_000);
        assertThat(offered(BEN, 1)).isEqualTo(2_500);
        assertThat(offered(SERVER, 1)).isEqualTo(2_500);
        queue.refuse(Refusal.databaseUnavailable());
        assertThat(offered(ANN, 1 << 20)).isEqualTo(16);
        assertThat(offered(BEN, 1 << 20)).isEqualTo(8);
    }

    @Test
    void aLargeEntryIsAcceptedIfItsAccountHasNoOther() throws Exception {
        offer(work(ANN, 30 << 20));
        assertThat(queue.offer(work(ANN, 1))).isFalse();
        offer(work(BEN, 1 << 10));
        assertThat(batch()).hasSize(1);
        offer(work(ANN, 1));
    }

    @Test
    void accountsTakeTurnsAndEachKeepsItsOrder() throws Exception {
        List<JournalQueue.Pending<Message>> anns = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            anns.add(offer(work(ANN, 1)));
        }
        JournalQueue.Pending<Message> bens = offer(work(BEN, 1));
        JournalQueue.Pending<Message> server = offer(work(SERVER, 1));
        List<JournalQueue.Pending<?>> first = batch();
        assertThat(first)
                .as("no more of one account than others wait for")
                .hasSize(102)
                .startsWith(anns.getFirst(), bens, server, anns.get(1), anns.get(2));
        JournalQueue.Pending<Message> next = offer(work(BEN, 1));
        List<JournalQueue.Pending<?>> second = batch();
        assertThat(second).hasSize(51).contains(next);
        List<JournalQueue.Pending<?>> all = new ArrayList<>(first);
        all.addAll(second);
        all.removeAll(List.of(bens, server, next));
        assertThat(all).isEqualTo(anns);
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void aBatchHasAtMostAThousandEntries() throws Exception {
        for (long account = 1; account <= 1_500; account++) {
            offer(work(account, 1));
        }
        assertThat(batch()).hasSize(1_000);
        assertThat(batch()).hasSize(500);
    }

    @Test
    void aBatchEndsBeforeAnEntryThatMayNotBeInIt() throws Exception {
        JournalQueue.Pending<Message> change = offer(work(ANN, 1, new Batching.ChangeOf(ANN, false)));
        JournalQueue.Pending<Message> text = offer(work(BEN, 1));
        JournalQueue.Pending<Message> again = offer(work(ANN, 1, new Batching.ChangeOf(ANN, true)));
        JournalQueue.Pending<Message> last = offer(work(ANN, 1));
        JournalQueue.Pending<Message> alone = offer(work(BEN, 1, Batching.ALONE));
        assertThat(batch()).isEqualTo(List.of(change, text));
        assertThat(batch()).isEqualTo(List.of(again));
        assertThat(batch()).isEqualTo(List.of(alone));
        assertThat(batch()).isEqualTo(List.of(last));
        assertThat(batch()).isEmpty();
    }

    @Test
    void anEntryThatIsTakenBackFreesItsRoom() throws Exception {
        JournalQueue.Pending<Message> first = offer(work(ANN, 1 << 20));
        JournalQueue.Pending<Message> second = offer(work(ANN, 1 << 20));
        JournalQueue.Pending<Message> third = offer(work(ANN, 1));
        assertThat(queue.cancel(second)).isTrue();
        assertThat(queue.cancel(second)).isFalse();
        assertThat(queue.cancel(work(BEN, 1))).isFalse();
        assertThat(queue.cancel(third)).isTrue();
        JournalQueue.Pending<Message> fourth = offer(work(ANN, 1));
        assertThat(queue.size()).isEqualTo(2);
        assertThat(queue.cancel(first)).isTrue();
        assertThat(batch()).isEqualTo(List.of(fourth));
        assertThat(offered(SERVER, 1 << 20)).isEqualTo(31);
    }

    @Test
    void aSubmitterThatWaitsForRoomGetsItWhenThereIsSome() throws Exception {
        offered(ANN, 1 << 20);
        JournalQueue.Pending<Message> waiting = work(ANN, 1 << 20);
        var taken = new CompletableFuture<Boolean>();
        Thread thread = Thread.startVirtualThread(() -> {
            try {
                taken.complete(queue.put(waiting, () -> false));
            } catch (InterruptedException e) {
                taken.completeExceptionally(e);
            }
        });
        JournalQueue.Pending<Message> other = offer(work(BEN, 1));
        List<JournalQueue.Pending<?>> batched = new ArrayList<>();
        while (!batched.contains(waiting)) {
            batched.addAll(batch());
        }
        assertThat(taken.get()).isTrue();
        assertThat(batched).contains(other);
        thread.join();
        offered(ANN, 1 << 20);
        assertThat(queue.put(work(ANN, 1 << 20), () -> true))
                .as("once the journal has ended")
                .isFalse();
    }
}
