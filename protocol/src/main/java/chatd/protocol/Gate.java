package chatd.protocol;

/** Who may send a command. */
public enum Gate {
    /** Anyone, logged in or not. */
    ANYONE,
    /** Logged-in users only. */
    LOGGED_IN;

    public boolean admits(boolean loggedIn) {
        return this == ANYONE || loggedIn;
    }
}
