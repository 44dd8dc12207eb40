package chatd.daemon.login;

/** The parts that handle passwords: their rules, their hashing, and the throttling of attempts. */
public record Passwords(PasswordRules rules, Hashing hashing, Throttle throttle) {}
