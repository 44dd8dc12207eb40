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

    /**
     * The newest number of an entry when the account was made: messages to everyone up to then are
     * not in its history.
     */
    final long since;

    String name;

    boolean isDeleted;

    /** Who may add it to a group: {@code everyone}, {@code friends} or {@code nobody}. */
    String mayAdd = "everyone";

    final Set<ModelAccount> blocked = new HashSet<>();
    final Set<ModelAccount> friends = new HashSet<>();

    /** The read mark of each conversation; those without one are left out. */
    final Map<ModelConversation, Long> marks = new HashMap<>();

    private int usedIds;

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

    /** Returns an id of a message that none of its sessions has used yet. */
    String freshId() {
        return number + ' ' + usedIds++;
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

    /** Marks a conversation as read up to a number; a mark never moves back. */
    void mark(ModelConversation conversation, long mid) {
        marks.merge(conversation, mid, Math::max);
    }

    @Override
    public String toString() {
        return number + " (" + name + ")";
    }
}
