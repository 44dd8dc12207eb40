package chatd.daemon.model;

/** Two accounts, by number: friends, or one that has blocked the other. */
public record Pair(long one, long other) {}
