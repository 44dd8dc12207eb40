package chatd.daemon.session;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user who logs in.
 *
 * @param device the client's own label; null for the device shared by all clients without labels
 * @param quiet whether this session does not show its user as online
 * @param friends the account numbers of the user's friends
 * @param resumes whether it resumes a session: if that one is still connected, it is closed without
 *     notice
 * @param alone whether it displaces all other sessions of the account
 */
public record Arrival(
        long account,
        String name,
        @Nullable String device,
        boolean quiet,
        Instant time,
        List<Long> friends,
        boolean resumes,
        boolean alone) {}
