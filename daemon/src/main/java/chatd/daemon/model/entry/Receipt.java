package chatd.daemon.model.entry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a client is told about something it has sent, once that is committed.
 *
 * @param message the number of the message; 0 if it was not a message
 * @param time when it was committed
 * @param group the number of the group that was created; 0 if none was
 * @param file the number of the file; null if it was not a file
 */
public record Receipt(
        long message, Instant time, long group, @Nullable Long file) {
    public Receipt(long message, Instant time) {
        this(message, time, 0, null);
    }
}
