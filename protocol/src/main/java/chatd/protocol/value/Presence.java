package chatd.protocol.value;

/** One entry of the roster. */
public record Presence(String name, boolean online) {}
