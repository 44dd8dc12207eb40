package chatd.daemon.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chatd.daemon.config.Config;
import chatd.daemon.limit.Holder;
import chatd.daemon.model.Refusal;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A caller with very many passwords to hash neither delays nor locks out the others. */
class HashingTest {
    private static final int WAITING = 100;

    private static Hashing slow() {
        return new Hashing(new Config.Hashing(64 << 20, 2, 1, 1, WAITING));
    }

    private static byte[] password() {
        return new byte[] {1, 2, 3};
    }

    /** Submits {@code number} passwords for hashing; counts those hashed and those refused. */
    private static void flood(
            Hashing hashing, Hashing.Requester requester, int number, AtomicInteger done, AtomicInteger refused) {
        for (int i = 0; i < number; i++) {
            Thread.startVirtualThread(() -> {
                try {
                    hashing.hash(password(), requester);
                    done.incrementAndGet();
                } catch (Refusal e) {
                    refused.incrementAndGet();
                }
            });
        }
    }

    @Test
    void requestersTakeTurns() {
        AtomicInteger done = new AtomicInteger();
        try (Hashing hashing = slow()) {
            flood(hashing, new Hashing.Requester(new Holder.OfAccount(1), false), 40, done, new AtomicInteger());
            await().until(() -> hashing.waiting() >= 30);
            int before = done.get();
            hashing.hash(password(), new Hashing.Requester(new Holder.OfAccount(2), false));
            // Normally two: the password being hashed, and one more whose turn it was.
            assertThat(done.get() - before).isLessThan(10);
        }
    }

    @Test
    void noRequesterFillsTheQueue() {
        AtomicInteger refused = new AtomicInteger();
        try (Hashing hashing = slow()) {
            flood(
                    hashing,
                    new Hashing.Requester(new Holder.OfAccount(1), false),
                    3 * WAITING,
                    new AtomicInteger(),
                    refused);
            await().until(() -> refused.get() > WAITING);
            assertThat(hashing.waiting()).isLessThanOrEqualTo(WAITING / 2 + 1);
            hashing.hash(password(), new Hashing.Requester(new Holder.OfAccount(2), false));
        }
    }

    @Test
    void waitingRequestsAreRefusedWhenItCloses() {
        Hashing hashing = slow();
        AtomicInteger refused = new AtomicInteger();
        flood(hashing, Hashing.Requester.ADMINISTRATOR, 10, new AtomicInteger(), refused);
        await().until(() -> hashing.waiting() >= 5);
        hashing.close();
        await().until(() -> refused.get() >= 5);
        assertThatThrownBy(() -> hashing.hash(password(), Hashing.Requester.ADMINISTRATOR))
                .isInstanceOf(Refusal.class);
    }
}
