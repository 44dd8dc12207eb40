package chatd.audit.event;

/** How what an event tells of ended. */
public enum Outcome {
    OK,
    REFUSED,
    FAILED
}
