package chatd.daemon.login;

/** What passwords are judged by: how they have to be, how they are hashed, how often they may be tried. */
public record Passwords(PasswordRules rules, Hashing hashing, Throttle throttle) {}
