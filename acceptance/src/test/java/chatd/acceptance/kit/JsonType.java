package chatd.acceptance.kit;

/**
 * The types of JSON messages that the daemon sends, as in the table on the page
 * {@code chat-json-1.md}; some are used both ways.
 */
public final class JsonType {
    public static final int LOGGED_IN = 2;
    public static final int TEXT = 3;
    public static final int TEXT_TO_ALL = 4;
    public static final int OFFLINE = 5;
    public static final int FILE = 6;
    public static final int CALL = 7;
    public static final int ONLINE = 8;
    public static final int FRIEND_ASKED = 9;
    public static final int FRIEND_ANSWERED = 10;
    public static final int PICTURE = 12;
    public static final int REGISTERED = 14;
    public static final int CHANGED = 15;
    public static final int RENAMED = 16;
    public static final int DONE = 17;
    public static final int REFUSED = 18;
    public static final int PAGE = 20;
    public static final int READ = 21;
    public static final int TYPING = 22;
    public static final int GROUP = 24;
    public static final int FRIEND_REMOVED = 25;
    public static final int SETTINGS = 26;
    public static final int USERS = 29;
    public static final int SESSIONS = 30;
    public static final int TAKEN_BACK = 31;
    public static final int CORRECTED = 32;
    public static final int REACTION = 33;
    public static final int PREFERENCES = 35;
    public static final int CONVERSATIONS = 38;
    public static final int AVATARS = 39;

    private JsonType() {}
}
