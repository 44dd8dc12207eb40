package chatd.daemon.net.http;

import io.netty.buffer.ByteBuf;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A compressed message being received (RFC 7692), inflated piece by piece, so that few bytes can't
 * make it use much memory. Holds native memory until it is closed. One thread.
 */
final class Inflation implements AutoCloseable {
    private static final byte[] TAIL = {0, 0, -1, -1};

    /** Maximum bytes inflated at once. */
    private static final int PIECE = 8 << 10;

    private final Inflater inflater = new Inflater(true);
    private final byte[] piece = new byte[PIECE];
    private boolean hasInput;
    private boolean isLast;
    private boolean isTailAdded;

    /**
     * Adds part of the message; the part before must be used up.
     *
     * @param last whether it is the last one
     */
    void add(byte[] part, boolean last) {
        inflater.setInput(part);
        // An empty part, of which a client may send many with few bytes, costs nothing.
        hasInput = part.length > 0 || last;
        isLast = last;
    }

    /**
     * Inflates some of what was added, and appends it to {@code out}.
     *
     * @return false if there was none: more has to be added, or the message {@link #isOver}
     */
    boolean inflate(ByteBuf out) {
        if (!hasInput) {
            return false;
        }
        try {
            int count = inflater.inflate(piece);
            if (count == 0 && isLast && !isTailAdded) {
                isTailAdded = true;
                inflater.setInput(TAIL);
                count = inflater.inflate(piece);
            }
            hasInput = count > 0;
            WebSocketFrames.append(out, piece, count);
            return hasInput;
        } catch (DataFormatException e) {
            throw FrameHeader.broken("a message's compressed data is damaged");
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
