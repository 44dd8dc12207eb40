package chatd.daemon.config;

/**
 * One option and its value.
 *
 * @param key {@code section.key}
 * @param value the text as given; a list is separated by commas
 * @param source {@code default}, {@code environment NAME}, or the file with line and column
 */
public record Option(String key, String value, String source) {}
