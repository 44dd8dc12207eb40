package chatd.daemon.model.entry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a client learns about what it has sent once that is committed.
 *
 * @param message the number of the message that it became; 0 if it became none
 * @param time when that was
 * @param group the number of the group that it made; 0 if it made none
 * @param file the number of the file that it is; null if it is none
 */
public record Receipt(
        long message, Instant time, long group, @Nullable Long file) {
    public Receipt(long message, Instant time) {
        this(message, time, 0, null);
    }
}
