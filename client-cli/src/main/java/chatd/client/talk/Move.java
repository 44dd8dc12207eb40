package chatd.client.talk;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A session on its way to another connection.
 *
 * @param to that one, once it is there; null where it could not be made
 * @param done when it is in use
 */
record Move(CompletableFuture<Door.@Nullable In> to, CountDownLatch done) {
    Move() {
        this(new CompletableFuture<>(), new CountDownLatch(1));
    }
}
