package chatd.acceptance.model;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** An account of a {@link GroupModel}, as it is now. */
public final class ModelAccount {
    /** The number, as {@code U12}. */
    public final String number;

    public final String password;

    /** The newest number of an entry when the account was made: what went to everyone up to then is not its own. */
    final long since;

    String name;

    boolean isDeleted;

    /** Who may add it to a group: {@code everyone}, {@code friends} or {@code nobody}. */
    String mayAdd = "everyone";

    final Set<ModelAccount> blocked = new HashSet<>();
    final Set<ModelAccount> friends = new HashSet<>();

    /** Up to where it has read; conversations of which it has marked nothing are left out. */
    final Map<ModelConversation, Long> marks = new HashMap<>();

    private int asked;

    ModelAccount(String number, String name, String password, long since) {
        this.number = number;
        this.name = name;
        this.password = password;
        this.since = since;
    }

    /** Returns an account that does not exist. */
    static ModelAccount nobody() {
        var nobody = new ModelAccount("U999999", "nobody-at-all", "", 0);
        nobody.isDeleted = true;
        return nobody;
    }

    /** Returns an identifier that none of its sessions has given to anything yet. */
    String freshId() {
        return number + ' ' + asked++;
    }

    long id() {
        return Long.parseLong(number.substring(1));
    }

    /** Returns whether another may not add this account to a group. */
    boolean forbids(ModelAccount other) {
        return blocked.contains(other)
                || mayAdd.equals("nobody")
                || (mayAdd.equals("friends") && !friends.contains(other));
    }

    /** Marks a conversation as read up to a number; never back. */
    void mark(ModelConversation conversation, long mid) {
        marks.merge(conversation, mid, Math::max);
    }

    @Override
    public String toString() {
        return number + " (" + name + ")";
    }
}
