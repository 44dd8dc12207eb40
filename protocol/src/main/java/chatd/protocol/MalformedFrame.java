package chatd.protocol;

/**
 * Thrown if the peer violates the protocol; the connection must be closed. The text says what was wrong and quotes no
 * input.
 */
public final class MalformedFrame extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final byte[] header;

    public MalformedFrame(String what) {
        this(what, new byte[0]);
    }

    private MalformedFrame(String what, byte[] header) {
        super(what, null, false, false);
        this.header = header;
    }

    public MalformedFrame in(byte[] frameHeader) {
        return new MalformedFrame(what(), frameHeader);
    }

    public String what() {
        return String.valueOf(getMessage());
    }

    /** Returns the frame's header, 8 bytes; empty if it has none. */
    public byte[] header() {
        return header.clone();
    }
}
