package chatd.audit.event;

import java.util.Locale;

/** The attributes of an event in schema order, which is also their order on the line; {@code chain} follows them. */
public enum Attribute {
    SEQ,
    TIME,
    TYPE,
    OUTCOME,
    REASON,
    MESSAGE,
    OF,
    CHANGE,
    GROUP,
    RECOVERED,
    USER,
    NAME,
    WAS,
    BY,
    CLAIMED,
    COMMAND,
    SESSION,
    DIALECT,
    ADDRESS,
    PORT,
    FILE,
    SIZE,
    RECEIVERS,
    DIGEST,
    COUNT,
    DELAY,
    HEADER,
    DETAIL,
    REFERENCE,
    VERSION,
    PID,
    SEGMENT;

    private final String xmlName = name().toLowerCase(Locale.ROOT);

    /** Returns the name that the attribute has in the document. */
    public String xmlName() {
        return xmlName;
    }
}
