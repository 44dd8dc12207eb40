package chatd.protocol.event;

import chatd.protocol.value.Addressee;
import chatd.protocol.value.Document;
import chatd.protocol.value.Secret;
import chatd.protocol.value.people.ConversationPreferences;
import chatd.protocol.value.people.Preferences;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Events about users: the viewer, and others. An account number is 0 if the dialect has none. */
public sealed interface UserEvent extends Event {

    /** The requested account was created. */
    record Registered(long user, String name) implements UserEvent {}

    /**
     * The password was changed.
     *
     * @param key with which the device can log in next time; null if it is not remembered
     */
    record PasswordChanged(@Nullable Secret key) implements UserEvent {
        public PasswordChanged() {
            this(null);
        }
    }

    /** The viewer's name was changed, as this session had asked. */
    record NameChanged(String name) implements UserEvent {}

    /**
     * The settings document stored last, by another session or earlier; empty if none was ever
     * stored.
     */
    record Settings(Document document) implements UserEvent {}

    /**
     * The users and open groups that a search or look-up found.
     *
     * @param more whether there are more users
     */
    record Found(List<FoundUser> users, List<FoundGroup> groups, boolean more) implements UserEvent {}

    /**
     * @param members how many it has
     * @param isMember whether the viewer is one of them
     */
    record FoundGroup(long group, String name, int members, boolean isMember) {}

    /**
     * @param friend whether they are a friend of the viewer
     * @param seen when they were online last, if they tell it, and are not
     */
    record FoundUser(long user, String name, boolean online, boolean friend, Optional<Instant> seen) {}

    /**
     * A user asked another to be a friend; sent to both.
     *
     * @param name the name of {@code user}
     */
    record FriendAsked(long user, String name, long asked, String text) implements UserEvent {}

    /** A user answered the request of another; sent to both. */
    record FriendAnswered(long user, long asker, boolean agreed) implements UserEvent {}

    /** A user removed another from their friends, or withdrew their request; sent to both. */
    record FriendRemoved(long user, long other) implements UserEvent {}

    /** The viewer's preferences were changed. */
    record PreferencesChanged(Preferences preferences) implements UserEvent {}

    /**
     * The viewer's preferences for a conversation were changed.
     *
     * @param with the other side of the conversation, an {@link Addressee}
     */
    record ConversationPreferencesChanged(long with, ConversationPreferences attention) implements UserEvent {}

    /**
     * A user has read a conversation up to a message; sent to their own other sessions and, if the
     * conversation is between two users, to the other one.
     *
     * @param with the other side of the conversation as the viewer sees it, an {@link Addressee}
     */
    record ReadUpTo(long user, long with, long message) implements UserEvent {}

    /** A user is writing a text to another, or to a group, given as an {@link Addressee}. */
    record Typing(long user, long to) implements UserEvent {}

    /**
     * The pictures of users and groups, as asked for, or as they were changed.
     *
     * @param digests by {@link Addressee}: the SHA-256 of each picture, in lower-case hexadecimal; empty for none
     */
    record Avatars(SortedMap<Long, String> digests) implements UserEvent {}

    /** An account was created; it is offline. */
    record Joined(long user, String name) implements UserEvent {}

    /** @param friend whether it is a friend of the viewer; false if the dialect does not carry it */
    record CameOnline(long user, String name, boolean friend) implements UserEvent {}

    /** A user went offline; if it is the viewer, this session has ended. */
    record WentOffline(long user, String name) implements UserEvent {}

    /**
     * A user was renamed.
     *
     * @param oldName the previous name; empty if the dialect does not carry it
     * @param online whether the user is online
     */
    record Renamed(long user, String oldName, String name, boolean online) implements UserEvent {}
}
