package chatd.protocol.value;

/** One line of the roster. */
public record Presence(String name, boolean online) {}
