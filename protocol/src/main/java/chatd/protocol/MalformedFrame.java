package chatd.protocol;

/** The peer broke the protocol: the connection is to be closed. The text says what was wrong and quotes nothing. */
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

    /** The header of the frame, 8 bytes. */
    public byte[] header() {
        return header.clone();
    }
}
