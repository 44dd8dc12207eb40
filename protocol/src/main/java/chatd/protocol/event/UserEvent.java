package chatd.protocol.event;

import chatd.protocol.value.Document;

/** Events about users: the viewer, and others. An account number is 0 if the dialect has none. */
public sealed interface UserEvent extends Event {

    /** The requested account was created. */
    record Registered(long user, String name) implements UserEvent {}

    /** The password was changed. */
    record PasswordChanged() implements UserEvent {}

    /** The settings document stored last, on another session or earlier; empty if none was ever stored. */
    record Settings(Document document) implements UserEvent {}

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
