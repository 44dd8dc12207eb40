package chatd.protocol.event;

import chatd.protocol.value.Document;
import java.util.List;

/** Events about users: the viewer, and others. An account number is 0 if the dialect has none. */
public sealed interface UserEvent extends Event {

    /** The requested account was created. */
    record Registered(long user, String name) implements UserEvent {}

    /** The password was changed. */
    record PasswordChanged() implements UserEvent {}

    /** The viewer has a new name, as it had asked for in this session. */
    record NameChanged(String name) implements UserEvent {}

    /** The settings document stored last, on another session or earlier; empty if none was ever stored. */
    record Settings(Document document) implements UserEvent {}

    /** The users that were asked for. */
    record Found(List<FoundUser> users) implements UserEvent {}

    record FoundUser(long user, String name, boolean online) {}

    /** An account was created; it is offline. */
    record Joined(long user, String name) implements UserEvent {}

    record CameOnline(long user, String name) implements UserEvent {}

    /** A user went offline; if it is the viewer, this session has ended. */
    record WentOffline(long user, String name) implements UserEvent {}

    /**
     * A user was renamed.
     *
     * @param was the previous name; empty if the dialect does not carry it
     * @param online whether the user is online
     */
    record Renamed(long user, String was, String name, boolean online) implements UserEvent {}
}
