package chatd.audit.event;

/** The outcome of an event. */
public enum Outcome {
    OK,
    REFUSED,
    FAILED
}
