package chatd.daemon.model;

import java.time.Instant;

/**
 * What a client learns about what it has sent once that is committed.
 *
 * @param message the number of the message that it became; 0 if it became none
 * @param time when that was
 */
public record Receipt(long message, Instant time) {}
