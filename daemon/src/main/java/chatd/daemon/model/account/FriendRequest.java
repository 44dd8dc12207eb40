package chatd.daemon.model.account;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A friend request from one user to another.
 *
 * @param open whether it was neither answered nor withdrawn
 * @param told whether the asked user knows of it
 * @param declined when the asked user declined last; null if they never did
 */
public record FriendRequest(
        long asker,
        long asked,
        boolean open,
        boolean told,
        @Nullable Instant declined) {}
