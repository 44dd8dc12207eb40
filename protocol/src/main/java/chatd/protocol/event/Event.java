package chatd.protocol.event;

/**
 * An answer or notification from the daemon to a client: one record per event, grouped by subject, the same for every
 * dialect.
 */
public sealed interface Event permits SessionEvent, UserEvent, GroupEvent, MessageEvent, FileEvent, DirectEvent {}
