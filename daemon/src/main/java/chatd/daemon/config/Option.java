package chatd.daemon.config;

/**
 * One option and its value.
 *
 * @param key {@code section.key}
 * @param value the text as given; a list is separated by commas
 * @param source {@code default}, {@code environment NAME}, or the file with line and column
 * @param lifetime when a changed value takes effect
 */
public record Option(String key, String value, String source, Lifetime lifetime) {
    /** How long a value stays in force after the configuration was reloaded with another one. */
    public enum Lifetime {
        /** Until the next start. */
        AT_START("at the next start"),

        /** As long as a connection lasts that began with it. */
        AT_CONNECTION("for new connections"),

        /** Not at all: it is read wherever it is used. */
        AT_ONCE("at once");

        private final String words;

        Lifetime(String words) {
            this.words = words;
        }

        /** Returns when a change takes effect, in words. */
        public String words() {
            return words;
        }
    }
}
