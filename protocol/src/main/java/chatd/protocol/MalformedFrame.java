package chatd.protocol;

/**
 * Thrown if the peer violates the protocol; the connection must be closed. The text says what was wrong and quotes no
 * input.
 */
public final class MalformedFrame extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final Kind kind;
    private final byte[] header;

    /** Which rule was violated, for a carrier that tells the peer why the connection is closed. */
    public enum Kind {
        /** The dialect's own rules. */
        MESSAGE,
        /** The maximum size of a message. */
        SIZE,
        /** The encoding of a text. */
        ENCODING,
        /** The framing of the carrier. */
        FRAMING,
        /** A kind of data that the carrier does not accept. */
        DATA
    }

    public MalformedFrame(String what) {
        this(Kind.MESSAGE, what);
    }

    public MalformedFrame(Kind kind, String what) {
        this(kind, what, new byte[0]);
    }

    private MalformedFrame(Kind kind, String what, byte[] header) {
        super(what, null, false, false);
        this.kind = kind;
        this.header = header;
    }

    public MalformedFrame withHeader(byte[] frameHeader) {
        return new MalformedFrame(kind, reason(), frameHeader);
    }

    public Kind kind() {
        return kind;
    }

    public String reason() {
        return String.valueOf(getMessage());
    }

    /** Returns the frame's header, 8 bytes; empty if it has none. */
    public byte[] header() {
        return header.clone();
    }
}
