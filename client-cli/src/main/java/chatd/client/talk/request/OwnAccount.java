package chatd.client.talk.request;

import chatd.client.talk.item.Item;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.people.ConversationPreferences;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** What a session knows of its own account. Set on the reading thread or at a login; read by any thread. */
public final class OwnAccount {
    /** What the user wants of conversations, by the other user; 0 for everyone. */
    private final SortedMap<Long, ConversationPreferences> attention = new ConcurrentSkipListMap<>();

    private volatile long number;
    private volatile String name;

    /** The highest number of a message that this session was sent; with it the server knows what is missing. */
    private volatile long received;

    /** @param name as it was typed at the login */
    public OwnAccount(String name) {
        this.name = name;
    }

    public void enter(SessionEvent.Welcome welcome, SessionEvent.State state) {
        number = welcome.user();
        name = welcome.name();
        attention.clear();
        attention.putAll(state.attention());
    }

    public long number() {
        return number;
    }

    /** Returns whether a number is this account's. */
    public boolean is(long user) {
        return user == number;
    }

    public String name() {
        return name;
    }

    public void rename(String to) {
        name = to;
    }

    /** Records that the session was sent everything up to the number of a message. */
    public void setReceived(long message) {
        received = Math.max(received, message);
    }

    /** Forgets what the session was sent: the next one begins anew. */
    public void forgetReceived() {
        received = 0;
    }

    public long received() {
        return received;
    }

    public void setAttention(long with, ConversationPreferences changed) {
        attention.put(with, changed);
    }

    /**
     * Returns what the user wants to be notified of in the conversation of an item.
     */
    public ConversationPreferences.Notices notices(Item item, People people) {
        boolean isToAll = item.to().equals(Optional.of(List.of()));
        return attention.entrySet().stream()
                .filter(one -> one.getKey() == 0
                        ? isToAll
                        : !isToAll
                                && people.label(people.name(one.getKey())).equals(people.label(item.otherSide(name))))
                .findFirst()
                .map(one -> one.getValue().notices())
                .orElse(ConversationPreferences.Notices.ALL);
    }
}
