package chatd.protocol.event;

/** What the daemon tells a client: one record each, by subject, whatever dialect it goes out in. */
public sealed interface Event permits SessionEvent, UserEvent, MessageEvent, FileEvent {}
