package chatd.daemon.config;

/**
 * One option as it is set.
 *
 * @param key {@code section.key}
 * @param value as it is written; a list with commas
 * @param source {@code default}, {@code environment NAME}, or the file with line and column
 */
public record Option(String key, String value, String source) {}
