package chatd.client.talk.exchange;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A session that is moving to another connection.
 *
 * @param to the new connection once it is made; null if it could not be made
 * @param done counted down once the new connection is in use
 */
record Move(CompletableFuture<LoginExchange.@Nullable LoggedIn> to, CountDownLatch done) {
    Move() {
        this(new CompletableFuture<>(), new CountDownLatch(1));
    }
}
