package chatd.daemon.net.http;

import io.netty.buffer.ByteBuf;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A compressed message being received (RFC 7692), inflated piece by piece, so that nobody can have much memory used with
 * few bytes. Holds native memory until it is closed. One thread.
 */
final class Inflation implements AutoCloseable {
    private static final byte[] TAIL = {0, 0, -1, -1};

    private final Inflater inflater = new Inflater(true);
    private boolean isLast;
    private boolean isTailAdded;

    /**
     * Adds part of the message; there must be none left of the part before.
     *
     * @param last whether it is the last one
     */
    void add(byte[] part, boolean last) {
        inflater.setInput(part);
        isLast = last;
    }

    /**
     * Inflates some of what was added.
     *
     * @return the number of bytes appended to {@code out}; 0 if more has to be added, or the message {@link #isOver}
     */
    int inflate(ByteBuf out, byte[] piece) {
        try {
            int count = inflater.inflate(piece);
            if (count == 0 && isLast && !isTailAdded) {
                isTailAdded = true;
                inflater.setInput(TAIL);
                count = inflater.inflate(piece);
            }
            if (count > 0) {
                WebSocketFrames.append(out, piece, count);
            }
            return count;
        } catch (DataFormatException e) {
            throw FrameHead.broken("a message is not compressed as it says");
        }
    }

    /** Returns whether the whole message was inflated. */
    boolean isOver() {
        return isTailAdded;
    }

    @Override
    public void close() {
        inflater.end();
    }
}
