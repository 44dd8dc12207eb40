package chatd.audit.event;

/** The outcome of an event. */
public enum Outcome {
    OK("ok"),
    REFUSED("refused"),
    FAILED("failed");

    private final String word;

    Outcome(String word) {
        this.word = word;
    }

    /** Returns the word for it in the document. */
    public String word() {
        return word;
    }
}
