package chatd.daemon.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The number of a session's texts in flight is bounded. */
class PendingWritesTest {
    @Test
    void thereIsRoomFor256AndNoMore() {
        PendingWrites writes = new PendingWrites();
        CompletableFuture<Void> first = new CompletableFuture<>();
        writes.add(first);
        for (int i = 1; i < 256; i++) {
            assertThat(writes.hasRoom()).isTrue();
            writes.add(new CompletableFuture<>());
        }
        assertThat(writes.hasRoom()).isFalse();
        first.complete(null);
        assertThat(writes.hasRoom()).isTrue();
    }
}
