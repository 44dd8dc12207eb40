package chatd.audit.event;

/**
 * The other end of a connection.
 *
 * @param session the daemon's id for the connection, {@code s} followed by hexadecimal digits
 * @param dialect the dialect it speaks, such as {@code chat/1}
 * @param address IPv6 or IPv4, without brackets
 */
public record Peer(String session, String dialect, String address, int port) {}
