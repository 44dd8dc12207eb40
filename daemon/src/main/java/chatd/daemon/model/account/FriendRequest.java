package chatd.daemon.model.account;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A request of a user to another to be a friend.
 *
 * @param open whether it was neither answered nor withdrawn
 * @param told whether the asked user knows of it
 * @param declined when the asked user declined last; null if it never did
 */
public record FriendRequest(
        long asker,
        long asked,
        boolean open,
        boolean told,
        @Nullable Instant declined) {}
