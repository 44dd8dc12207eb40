package chatd.protocol;

/** Who may send a command. */
public enum Gate {
    /** Anyone, logged in or not. */
    ANYONE,
    /** Only who has logged in. */
    LOGGED_IN;

    public boolean admits(boolean loggedIn) {
        return this == ANYONE || loggedIn;
    }
}
