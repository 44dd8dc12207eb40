package chatd.protocol.value.people;

/** One entry of the roster. */
public record Presence(String name, boolean online) {}
