package chatd.daemon.service;

/** What passwords are judged by: how they have to be, how they are hashed, how often they may be tried. */
record Passwords(PasswordRules rules, Hashing hashing, Throttle throttle) {}
