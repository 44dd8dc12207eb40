package chatd.daemon.session;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user who logs in.
 *
 * @param device the client's own label; null for the device shared by all clients without labels
 * @param quiet whether this session alone does not make its user online
 * @param friends the numbers of its friends
 * @param resumes whether it goes on with a session: if that one is still connected, it is closed without a word
 * @param alone whether it displaces all others of its account
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
