package chatd.daemon.model.message;

import java.time.Instant;

/**
 * Keeps the messages of a user or of a group until a time, whatever their age.
 *
 * @param number never that of another hold
 * @param addressee an account, or a group as a {@link chatd.protocol.value.Addressee}
 * @param by the Unix user who asked for it
 */
public record Hold(long number, long addressee, Instant until, String reason, String by, Instant since) {
    public boolean isInForce(Instant now) {
        return now.isBefore(until);
    }
}
