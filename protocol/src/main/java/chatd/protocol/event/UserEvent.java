package chatd.protocol.event;

import chatd.protocol.value.Document;

/** Events about users: oneself, and others. A number is 0 where the dialect has none. */
public sealed interface UserEvent extends Event {

    /** The account that was asked for is there. */
    record Registered() implements UserEvent {}

    /** The password is changed. */
    record PasswordChanged() implements UserEvent {}

    /** The settings document that was stored last, on another session or before; empty if none ever was. */
    record Settings(Document document) implements UserEvent {}

    /** An account was made; it is offline. */
    record Joined(long user, String name) implements UserEvent {}

    record CameOnline(long user, String name) implements UserEvent {}

    /** Offline; oneself: this session has ended. */
    record WentOffline(long user, String name) implements UserEvent {}

    /**
     * A user has another name.
     *
     * @param was the name before; empty where the dialect does not say
     * @param online whether the user is
     */
    record Renamed(long user, String was, String name, boolean online) implements UserEvent {}
}
