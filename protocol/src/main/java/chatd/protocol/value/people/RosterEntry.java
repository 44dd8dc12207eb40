package chatd.protocol.value.people;

/** One entry of the roster. */
public record RosterEntry(String name, boolean online) {}
