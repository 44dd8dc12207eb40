package chatd.daemon.config;

/**
 * One option and its value.
 *
 * @param key {@code section.key}
 * @param value the text as given; a list is separated by commas
 * @param source {@code default}, {@code environment NAME}, or the file with line and column
 * @param takesEffect when a changed value takes effect
 */
public record Option(String key, String value, String source, TakesEffect takesEffect) {
    /** When a value that was changed by a reload takes effect. */
    public enum TakesEffect {
        /** At the next start. */
        AT_START("at the next start"),

        /** For new connections; existing ones keep the value that they began with. */
        AT_CONNECTION("for new connections"),

        /** At once: it is read wherever it is used. */
        AT_ONCE("at once");

        private final String words;

        TakesEffect(String words) {
            this.words = words;
        }

        /** Returns when a change takes effect, in words. */
        public String words() {
            return words;
        }
    }
}
