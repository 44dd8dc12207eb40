package chatd.audit.event;

import java.util.Locale;

/** The attributes of an event, in the order of the schema, which is the order on the line; {@code chain} comes after. */
public enum Attribute {
    SEQ,
    TIME,
    TYPE,
    OUTCOME,
    REASON,
    MESSAGE,
    CHANGE,
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

    /** As it stands in the document. */
    public String xmlName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
