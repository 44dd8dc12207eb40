package chatd.daemon.model.account;

/** Two accounts, by number: friends, or one that has blocked the other. */
public record Pair(long one, long other) {}
