package chatd.client.screen;

import chatd.client.talk.Preferences;
import chatd.client.talk.Setting;
import chatd.client.talk.item.Item;
import chatd.protocol.value.people.ConversationPreferences;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Which items are shown, and which of them ring. Guarded by the lock of the {@link Presenter}. */
final class ItemFilter {
    private final ShownItems items;
    private final Supplier<String> me;
    private Preferences preferences = Preferences.none();
    private Predicate<String> blocked = name -> false;
    private Function<Item, ConversationPreferences.Notices> notices = item -> ConversationPreferences.Notices.ALL;

    /** @param me returns what the user is called */
    ItemFilter(ShownItems items, Supplier<String> me) {
        this.items = items;
        this.me = me;
    }

    void setPreferences(Preferences read) {
        preferences = read;
    }

    /** Sets who is blocked. */
    void setBlocked(Predicate<String> isBlocked) {
        blocked = isBlocked;
    }

    /** Sets what the user wants to be notified of, by the conversation of an item. */
    void setNotices(Function<Item, ConversationPreferences.Notices> by) {
        notices = by;
    }

    /**
     * Returns whether an item is from somebody whom the user ignores, or has blocked: of those, what they wrote before to
     * this user alone is still shown, and what they do to a group, or to a message of this user. What the user wrote is always
     * shown.
     */
    boolean isHidden(Item item) {
        if (item.isMine()) {
            return false;
        }
        Item of = item.action() == Item.Action.TAKEN_BACK ? items.get(item.of()) : null;
        if (of != null && of.isMine()) {
            return false;
        }
        return preferences.ignored().contains(item.sender())
                || (!isToMe(item) && item.action() != Item.Action.GROUP && blocked.test(item.sender()));
    }

    /** Returns whether an item went to this user alone. */
    private boolean isToMe(Item item) {
        return item.to().equals(Optional.of(List.of(me.get())));
    }

    /**
     * Returns whether an item that arrives rings.
     *
     * @param isMention whether it mentions the user
     */
    boolean alerts(Item item, boolean isMention) {
        if (item.isMine() || item.isFromServer()) {
            return false;
        }
        boolean isForMe = isMention || isToMe(item);
        return switch (notices.apply(item)) {
            case NONE -> false;
            case MENTIONS -> isMention && !preferences.is(Setting.NOTIFY, "never");
            case ALL ->
                preferences.is(Setting.NOTIFY, "all") || (isForMe && preferences.is(Setting.NOTIFY, "mentions"));
        };
    }
}
